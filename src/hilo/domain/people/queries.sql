-- Workspace, agents and teams, seen from inside one workspace.

-- name: workspace
select id, name, locale, settings, created_at from workspace where id = hilo_workspace()

-- name: change_workspace
-- Settings are merged one level deep, a null takes a key away; other nulls keep what is.
update workspace set name = coalesce(:name, name), locale = coalesce(:locale, locale),
  settings = jsonb_strip_nulls(settings || :settings::jsonb)
where id = hilo_workspace()
returning id, name, locale, settings, created_at

-- name: found_workspace
select hilo_workspace_create(:id, :name, :locale)

-- name: agents
select id, name, email, role, locale, preferences, disabled_at, created_at
from agent where workspace_id = hilo_workspace() and (:ids::uuid[] is null or id = any(:ids::uuid[]))
order by lower(name), id

-- name: agent
select id, name, email, role, locale, preferences, disabled_at, created_at
from agent where workspace_id = hilo_workspace() and id = :id

-- name: agent_by_email
select id, name, email, role, locale, preferences, disabled_at, created_at
from agent where workspace_id = hilo_workspace() and lower(email) = :email

-- name: lock_owners
-- All who could still be the last owner; locked, so that two cannot step down at once.
select id from agent where workspace_id = hilo_workspace() and role = 'owner' and disabled_at is null
order by id for no key update

-- name: add_agent
insert into agent (workspace_id, id, login_id, name, email, role, locale)
values (hilo_workspace(), :id, :login, :name, :email, :role, :locale)
returning id, name, email, role, locale, preferences, disabled_at, created_at

-- name: change_agent
update agent set name = coalesce(:name, name), role = coalesce(:role, role),
  locale = coalesce(:locale, locale), preferences = jsonb_strip_nulls(preferences || :preferences::jsonb),
  disabled_at = case when :disabled::bool is null then disabled_at
                     when :disabled::bool then coalesce(disabled_at, now()) end
where workspace_id = hilo_workspace() and id = :id
returning id, name, email, role, locale, preferences, disabled_at, created_at

-- name: teams
select t.id, t.name, coalesce(m.agent_ids, '{}'), t.created_at
from team t left join lateral (
  select array_agg(agent_id order by agent_id) as agent_ids from team_member
  where workspace_id = t.workspace_id and team_id = t.id) m on true
where t.workspace_id = hilo_workspace() and (:id::uuid is null or t.id = :id)
order by lower(t.name), t.id

-- name: add_team
-- No row: the name is taken.
insert into team (workspace_id, id, name) values (hilo_workspace(), :id, :name)
on conflict (workspace_id, name) do nothing returning id

-- name: rename_team
-- No row: the team is unknown, or another has the name.
update team t set name = :name
where t.workspace_id = hilo_workspace() and t.id = :id and not exists (
  select from team o where o.workspace_id = t.workspace_id and o.name = :name and o.id <> t.id)
returning id

-- name: drop_team
delete from team where workspace_id = hilo_workspace() and id = :id returning id

-- name: clear_team
delete from team_member where workspace_id = hilo_workspace() and team_id = :team

-- name: fill_team
-- Only agents of this workspace: others are no row, and the count tells.
insert into team_member (workspace_id, team_id, agent_id)
select workspace_id, :team, id from agent where workspace_id = hilo_workspace() and id = any(:agents::uuid[])
returning agent_id

-- name: add_invitation
insert into invitation (workspace_id, id, email, name, role, token_hash, invited_by, expires_at)
values (hilo_workspace(), :id, :email, :name, :role, :hash, :by, :expires_at)
returning id, email, name, role, invited_by, expires_at, created_at

-- name: invitations
select id, email, name, role, invited_by, expires_at, created_at from invitation
where workspace_id = hilo_workspace() and accepted_at is null and expires_at > now() order by id desc

-- name: drop_invitation
delete from invitation where workspace_id = hilo_workspace() and id = :id and accepted_at is null
returning id

-- name: drop_invitations_to
-- A new invitation replaces the former one.
delete from invitation where workspace_id = hilo_workspace() and email = :email and accepted_at is null

-- name: accept_invitation
-- No row: another request was first.
update invitation set accepted_at = now()
where workspace_id = hilo_workspace() and id = :id and accepted_at is null and expires_at > now()
returning id

-- name: sight
-- No row for whom nothing is hidden from.
select closed, own, teams from hilo_sight(:workspace, :agent)

-- name: hidden
-- Of these conversations and contacts those that the sight hides.
select hidden from hilo_hidden(:sight, :subjects::uuid[]) hidden
