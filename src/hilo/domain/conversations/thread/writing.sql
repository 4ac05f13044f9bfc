-- Appending messages: the only statements that give a message its place in a conversation.

-- name: lock_many
-- Rows are locked in the order of their ids, so that two batches never wait for each other in a ring.
select id from conversation
where workspace_id = :workspace and id = any(:ids)
order by id for no key update

-- name: bump
-- One row per conversation of the batch. A message that comes late is not the last; late by less than a second is not late,
-- since many channels tell whole seconds, and the thread shows it beneath. waiting: 'set', 'clear' or 'keep'; quiet messages wake nobody.
with given as (
  select * from json_to_recordset(:bumps::json)
    as g(id uuid, count int, incoming int, channel text, last_message jsonb, last_at timestamptz,
         activity_at timestamptz, waiting text, waiting_at timestamptz, wakes bool)
), changed as (
  update conversation c set
    last_seq = c.last_seq + g.count,
    last_incoming_seq = case when g.incoming > 0 then c.last_seq + g.incoming else c.last_incoming_seq end,
    channel = coalesce(g.channel, c.channel),
    last_message = case when coalesce(date_trunc('second', (c.last_message ->> 'at')::timestamptz) <= g.last_at, true)
                        then coalesce(g.last_message, c.last_message) else c.last_message end,
    activity_at = greatest(c.activity_at, g.activity_at),
    waiting_since = case g.waiting when 'set' then coalesce(c.waiting_since, g.waiting_at)
                                   when 'clear' then null else c.waiting_since end,
    status = case when g.wakes then 'open' else c.status end,
    woken_at = case when g.wakes and c.status = 'snoozed' then :now else c.woken_at end,
    snoozed_until = case when g.wakes then null else c.snoozed_until end,
    resolved_at = case when g.wakes then null else c.resolved_at end,
    version = c.version + 1
  from given g
  where c.workspace_id = :workspace and c.id = g.id
  returning c.*
)
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.last_incoming_seq > c.read_seq, c.last_message::text, c.waiting_since, c.activity_at, c.version,
       c.resolved_at, c.created_at, c.priority
from changed c join contact p on p.workspace_id = :workspace and p.id = c.contact_id

-- name: insert_messages
-- As JSON: two dozen arrays cost the driver five times as much.
insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id, account_id,
                     identity_id, author_kind, author_id, author_name, subject, text, html, quoted,
                     reply_to, attachments, meta, state, error, client_id, external_id, at, created_at,
                     content, parts)
select :workspace, m.* from json_to_recordset(:messages::json) as m(
  id uuid, conversation_id uuid, seq int, kind text, channel text, inbox_id uuid, account_id uuid,
  identity_id uuid, author_kind text, author_id uuid, author_name text, subject text, text text,
  html text, quoted text, reply_to uuid, attachments jsonb, meta jsonb, state text, error jsonb,
  client_id text, external_id text, at timestamptz, created_at timestamptz, content jsonb, parts jsonb)

-- name: insert_clients
-- A second message with the same client id breaks the key: the caller looks first, under the row's lock.
insert into message_client (workspace_id, conversation_id, client_id, message_id)
select :workspace, * from unnest(:conversations::uuid[], :clients::text[], :ids::uuid[])

-- name: claim_keys
-- The last line against doubles: what comes back is new, everything else was stored before.
insert into message_key (workspace_id, account_id, external_id, message_id)
select :workspace, g.account_id, g.external_id, g.message_id
from unnest(:accounts::uuid[], :externals::text[], :ids::uuid[]) as g(account_id, external_id, message_id)
order by g.account_id, g.external_id
on conflict do nothing
returning message_id, exists (
  select 1 from early_receipt e where e.workspace_id = :workspace
    and e.account_id = message_key.account_id and e.external_id = message_key.external_id)

-- name: conversations_of
select conversation_id from message where workspace_id = :workspace and id = any(:ids::uuid[])
