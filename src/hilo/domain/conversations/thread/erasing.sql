-- What one account heard and said with some contacts is forgotten. `erasing.py` says in which order.

-- name: talks
-- The conversations these contacts had over the account. is_whole: nothing of it came or left by another one.
-- The rows are held: whoever writes at this moment comes before or finds nothing.
select c.id, not exists (
         select 1 from message m
         where m.workspace_id = :workspace and m.conversation_id = c.id
           and m.account_id is distinct from :account and m.kind in ('incoming', 'outgoing')) as is_whole
from conversation c
where c.workspace_id = :workspace and c.contact_id = any(:contacts)
  and exists (select 1 from message m where m.workspace_id = :workspace and m.conversation_id = c.id
                and m.account_id = :account)
order by c.id for update of c

-- name: resting
-- Conversations of the account alone in which nothing has happened since a moment.
select c.id from conversation c
where c.workspace_id = :workspace and c.inbox_id = :inbox and c.activity_at < :before
  and exists (select 1 from message m where m.workspace_id = :workspace and m.conversation_id = c.id
                and m.account_id = :account)
  and not exists (select 1 from message m where m.workspace_id = :workspace and m.conversation_id = c.id
                    and m.account_id is distinct from :account and m.kind in ('incoming', 'outgoing'))
order by c.activity_at, c.id limit :most for update of c skip locked

-- name: contacts_of
select distinct c.contact_id from conversation c
where c.workspace_id = :workspace and c.id = any(:conversations)

-- name: delete_messages
-- Whole conversations go with notes and activity lines; of the others, what went over the account.
delete from message m
where m.workspace_id = :workspace
  and (m.conversation_id = any(:whole) or (m.conversation_id = any(:mixed) and m.account_id = :account))
returning m.id, m.attachments

-- name: delete_keys
delete from message_key where workspace_id = :workspace and account_id = :account
  and message_id = any(:messages) returning external_id

-- name: delete_clients
delete from message_client where workspace_id = :workspace and conversation_id = any(:conversations)
  and message_id = any(:messages)

-- name: delete_sources
-- Where files were fetched from.
delete from attachment_source where workspace_id = :workspace and attachment_id = any(:attachments)

-- name: delete_awaited
delete from awaited_message where workspace_id = :workspace and message_id = any(:messages)

-- name: delete_parts
-- And the texts these messages had before.
with edits as (delete from message_edit where workspace_id = :workspace and message_id = any(:messages::uuid[]))
delete from part where workspace_id = :workspace and message_id = any(:messages::uuid[])

-- name: delete_refs
delete from thread_ref where workspace_id = :workspace and conversation_id = any(:conversations)
  and message_id = any(:messages)

-- name: delete_conversations
-- Drafts, tags and read marks go with them.
delete from conversation where workspace_id = :workspace and id = any(:ids)

-- name: shorten
-- What stays of a conversation no longer shows what went.
update conversation set version = version + 1,
  last_message = case when (last_message ->> 'id')::uuid = any(:messages) then null else last_message end
where workspace_id = :workspace and id = any(:ids)

-- name: views
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from conversation c join contact p on p.workspace_id = :workspace and p.id = c.contact_id
where c.workspace_id = :workspace and c.id = any(:ids)
order by c.id

-- name: is_elsewhere
-- Of these contacts, those who have other conversations.
select distinct c.contact_id from conversation c
where c.workspace_id = :workspace and c.contact_id = any(:contacts)

-- name: first_id
select hilo_uuid_floor(:at)
