-- Counts, kept by triggers as totals and what changed since they were folded.

-- name: of_agent
select view, sum(value)::bigint from (
  select view, value from count_total
  where workspace_id = :workspace and (agent_id = :nobody or agent_id = :agent)
  union all
  select view, delta from count_delta
  where workspace_id = :workspace and (agent_id = :nobody or agent_id = :agent)) n
group by view

-- name: of_narrow_agent
-- The same by inbox and team, for who sees only some.
select view, agent_id, inbox_id, team_id, sum(value)::bigint from (
  select view, agent_id, inbox_id, team_id, value from count_total
  where workspace_id = :workspace and (agent_id = :nobody or agent_id = :agent)
  union all
  select view, agent_id, inbox_id, team_id, delta from count_delta
  where workspace_id = :workspace and (agent_id = :nobody or agent_id = :agent)) n
group by view, agent_id, inbox_id, team_id

-- name: of_all
-- What the hub pushes: one statement for every agent of the workspace.
select view, agent_id, inbox_id, team_id, sum(value)::bigint from (
  select view, agent_id, inbox_id, team_id, value from count_total where workspace_id = :workspace
  union all
  select view, agent_id, inbox_id, team_id, delta from count_delta where workspace_id = :workspace) n
group by view, agent_id, inbox_id, team_id

-- name: recount
-- The same from the rows themselves: what a checker compares with.
select v.view, v.agent_id, c.inbox_id, coalesce(c.team_id, :nobody), count(*)
from conversation c, lateral hilo_count_views(c.status, c.assignee_id, c.last_incoming_seq > c.read_seq) v
where c.workspace_id = :workspace group by 1, 2, 3, 4
