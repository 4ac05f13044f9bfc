-- Macros: the workspace's and one's own.

-- name: list_macros
-- What one uses most comes first, then what all use most.
select m.id, m.agent_id, m.name, m.text, m.acts, coalesce(mine.count, 0), m.created_at, m.updated_at
from macro m
left join macro_use mine on mine.workspace_id = :workspace and mine.macro_id = m.id and mine.agent_id = :agent
left join lateral (
  select sum(count) as count from macro_use u where u.workspace_id = :workspace and u.macro_id = m.id) every on true
where m.workspace_id = :workspace and (m.agent_id is null or m.agent_id = :agent)
order by coalesce(mine.count, 0) desc, coalesce(every.count, 0) desc, lower(m.name), m.id

-- name: lock_macro
-- One's own or the workspace's; another agent's is none.
select m.id, m.agent_id, m.name, m.text, m.acts, 0, m.created_at, m.updated_at
from macro m
where m.workspace_id = :workspace and m.id = :id and (m.agent_id is null or m.agent_id = :agent)
for update

-- name: macro
select m.id, m.agent_id, m.name, m.text, m.acts, 0, m.created_at, m.updated_at
from macro m
where m.workspace_id = :workspace and m.id = :id and (m.agent_id is null or m.agent_id = :agent)

-- name: insert_macro
-- No row: the name is taken.
insert into macro (workspace_id, id, agent_id, name, text, acts)
values (:workspace, :id, :agent, :name, :text, :acts)
on conflict do nothing
returning id, agent_id, name, text, acts, 0, created_at, updated_at

-- name: macro_named
select id from macro
where workspace_id = :workspace and agent_id is not distinct from :agent and lower(name) = lower(:name)

-- name: update_macro
update macro set agent_id = :agent, name = :name, text = :text, acts = :acts, updated_at = :now
where workspace_id = :workspace and id = :id
returning id, agent_id, name, text, acts, 0, created_at, updated_at

-- name: delete_macro
delete from macro where workspace_id = :workspace and id = :id

-- name: count_use
insert into macro_use (workspace_id, agent_id, macro_id, count, used_at)
values (:workspace, :agent, :macro, 1, :now)
on conflict (workspace_id, agent_id, macro_id)
do update set count = macro_use.count + 1, used_at = excluded.used_at
