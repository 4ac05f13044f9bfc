-- What somebody who waits for an answer may expect.

-- name: reply_time
-- How long three of four people waited for the first answer of an agent, and of how many we know, in
-- conversations that began in an inbox since a moment. Whoever was written to first has not waited.
with first as (
  select m.conversation_id,
         min(m.created_at) filter (where m.kind = 'incoming') as asked,
         min(m.created_at) filter (where m.kind = 'outgoing') as answered
  from conversation c join message m
    on m.workspace_id = :workspace and m.conversation_id = c.id and m.id >= hilo_uuid_floor(:since)
  where c.workspace_id = :workspace and c.inbox_id = :inbox and c.created_at >= :since
    and c.activity_at >= :since
    and (m.kind = 'incoming' or (m.kind = 'outgoing' and m.author_kind = 'agent'))
  group by m.conversation_id)
select coalesce(percentile_cont(0.75) within group (order by extract(epoch from answered - asked)), 0)::float8,
       count(*)::int
from first where answered >= asked

-- name: queue
-- Whom nobody has taken yet, whoever has waited longest first.
select c.id from conversation c
where c.workspace_id = :workspace and c.inbox_id = :inbox and c.status = 'open'
  and c.assignee_id is null and c.waiting_since is not null
order by c.waiting_since, c.id limit :most
