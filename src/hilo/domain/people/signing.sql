-- Sign-in, sessions, tokens, resets: what decides who somebody is.

-- name: logins
select * from hilo_login_by_email(:email)

-- name: beyond
-- Whose password is beyond an agent's reach (owner: who makes owners): owners, who is asked to
-- become one, and logins that open other workspaces too.
select lower(a.email) from agent a
where a.workspace_id = hilo_workspace() and (a.role = 'owner' and not :owner or exists (
  select from hilo_login_by_email(a.email) l where l.agent_id is distinct from a.id))
union
select lower(i.email) from invitation i
where i.workspace_id = hilo_workspace() and i.role = 'owner' and not :owner
  and i.accepted_at is null and i.expires_at > now()

-- name: make_login
select hilo_login_create(:id, :email, :hash)

-- name: login_hash
select hilo_login_hash(:login)

-- name: set_password
select hilo_login_set_password(:login, :hash)

-- name: login_of_agent
select login_id from agent where workspace_id = hilo_workspace() and id = :agent

-- name: take_turns
-- Guesses at one login are counted one after another.
select pg_advisory_xact_lock(hashtextextended(:key, 0))

-- name: failures
select key, count, last from hilo_sign_in_failures(:keys, :since)

-- name: note_failure
select hilo_sign_in_failed(:key)

-- name: forget_failures
select hilo_sign_in_cleared(:key)

-- name: begin_session
insert into session (workspace_id, id, token_hash, login_id, agent_id, csrf_token, user_agent, expires_at)
values (hilo_workspace(), :id, :hash, :login, :agent, :csrf, :user_agent, :expires_at)

-- name: holder
select * from hilo_session_by_hash(:hash)

-- name: touch_session
-- Skipped when a sister request is at it: nobody waits for a time stamp.
update session set last_seen_at = now() where (workspace_id, id) = (
  select workspace_id, id from session
  where workspace_id = hilo_workspace() and id = :id for update skip locked)

-- name: sessions_of
select id, user_agent, created_at, last_seen_at, expires_at, id = :current from session
where workspace_id = hilo_workspace() and agent_id = :agent and expires_at > now()
order by last_seen_at desc, id

-- name: end_session
delete from session where workspace_id = hilo_workspace() and agent_id = :agent and id = :id returning id

-- name: end_sessions_of_agent
delete from session where workspace_id = hilo_workspace() and agent_id = :agent

-- name: end_sessions_of_login
select hilo_sessions_end(:login, :spare)

-- name: bearer
select * from hilo_token_by_hash(:hash)

-- name: touch_token
update api_token set last_used_at = now() where (workspace_id, id) = (
  select workspace_id, id from api_token
  where workspace_id = hilo_workspace() and id = :id for update skip locked)

-- name: tokens
-- An agent's own, or everybody's.
select id, agent_id, name, prefix, scopes, expires_at, last_used_at, created_at from api_token
where workspace_id = hilo_workspace() and (:agent::uuid is null or agent_id = :agent) order by id desc

-- name: add_token
insert into api_token (workspace_id, id, agent_id, name, prefix, token_hash, scopes, expires_at)
values (hilo_workspace(), :id, :agent, :name, :prefix, :hash, :scopes, :expires_at)
returning id, agent_id, name, prefix, scopes, expires_at, last_used_at, created_at

-- name: drop_token
delete from api_token
where workspace_id = hilo_workspace() and id = :id and (:agent::uuid is null or agent_id = :agent)
returning name

-- name: invitation_by_hash
select * from hilo_invitation_by_hash(:hash)

-- name: ask_reset
select workspace_id from hilo_reset_create(:id, :email, :hash, :expires_at)

-- name: use_reset
select hilo_reset_use(:hash, :password_hash)

-- name: try_answer
-- Held to the end of the transaction: a second request with the key sees that the first still runs.
select pg_try_advisory_xact_lock(hashtextextended(:lock, 1))

-- name: answer
select request_hash, status, body from idempotency
where workspace_id = hilo_workspace() and caller = :caller and key = :key and created_at > :since

-- name: keep_answer
insert into idempotency (workspace_id, caller, key, request_hash, status, body)
values (hilo_workspace(), :caller, :key, :request_hash, :status, :body)
on conflict (workspace_id, caller, key) do update
set request_hash = excluded.request_hash, status = excluded.status, body = excluded.body, created_at = now()
