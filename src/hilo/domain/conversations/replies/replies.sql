-- Replies and notes: where they go, whether they came before, and what becomes of them.

-- name: earlier
-- The client's own name of the message: for ever unique in its conversation.
select message_id from message_client
where workspace_id = :workspace and conversation_id = :conversation and client_id = :client

-- name: message
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts,
       case when m.kind = 'outgoing' and m.state = 'queued' then (
         select p.due_at from part p where p.workspace_id = :workspace and p.message_id = m.id
           and p.number = 1 and p.state = 'queued' and p.attempts = 0 and p.due_at > :now) end
from message m
where m.workspace_id = :workspace and m.id = :message and m.conversation_id = :conversation

-- name: last_spoken
-- The newest message that went out or came in.
select seq from message
where workspace_id = :workspace and conversation_id = :conversation and kind in ('incoming', 'outgoing')
order by seq desc limit 1

-- name: way_back
-- The account and identity the contact wrote by last, in this conversation (and inbox, if one is named).
select a.id, a.inbox_id, a.channel, a.state, i.id, m.subject, i.value, m.meta,
       array(select o.address from account o where o.workspace_id = :workspace and o.address is not null),
       exists (select 1 from consent s where s.workspace_id = :workspace and s.identity_id = i.id
               and s.topic = 'all' and not s.is_given),
       (select o.meta ->> 'sender' from message o
        where o.workspace_id = :workspace and o.conversation_id = :conversation and o.kind = 'outgoing'
          and o.account_id = a.id and o.identity_id = i.id order by o.seq desc limit 1)
from (select account_id, identity_id, subject, meta from message
      where workspace_id = :workspace and conversation_id = :conversation and kind = 'incoming'
        and account_id is not null and (:inbox::uuid is null or inbox_id = :inbox)
        and (:account::uuid is null or account_id = :account)
        and (:identity::uuid is null or identity_id = :identity)
      order by seq desc limit 1) m
join account a on a.workspace_id = :workspace and a.id = m.account_id
join identity i on i.workspace_id = :workspace and i.id = m.identity_id
where a.state <> 'off' and (:inbox::uuid is null or a.inbox_id = :inbox)

-- name: way_out
-- Without one: an account of the inbox by which one of the contact's addresses can be reached.
select a.id, a.inbox_id, a.channel, a.state, i.id, '', i.value, '{}'::jsonb, array[]::text[],
       exists (select 1 from consent s where s.workspace_id = :workspace and s.identity_id = i.id
               and s.topic = 'all' and not s.is_given)
from account a
join identity i on i.workspace_id = :workspace and i.contact_id = :contact
  and (i.scope = a.id or (i.kind = 'email' and a.channel = any(:mails::text[]))
       or (i.kind = 'phone' and a.channel = any(:phones::text[])))
where a.workspace_id = :workspace and a.inbox_id = :inbox and a.state <> 'off'
  and (:account::uuid is null or a.id = :account) and (:identity::uuid is null or i.id = :identity)
order by i.verified desc, a.created_at, i.created_at limit 1

-- name: insert_parts
-- A slice of null is the whole message.
insert into part (workspace_id, message_id, number, account_id, conversation_id, due_at, slice)
select :workspace, :message, g.number, :account, :conversation, :due, g.slice
from unnest(:slices::jsonb[]) with ordinality as g(slice, number)

-- name: note_answered
-- Who answers has read what came, and has seen that it is back from snooze.
update conversation set woken_at = null, read_seq = greatest(read_seq, last_incoming_seq)
where workspace_id = :workspace and id = :conversation

-- name: drop_draft
delete from draft
where workspace_id = :workspace and conversation_id = :conversation and agent_id = :agent and kind = :kind

-- name: take_back_parts
-- Only what nobody has begun to send.
delete from part
where workspace_id = :workspace and message_id = :message and state = 'queued' and attempts = 0

-- name: parts_left
select count(*) from part where workspace_id = :workspace and message_id = :message

-- name: delete_message
delete from message where workspace_id = :workspace and id = :message

-- name: after_withdrawal
-- The row as if the message had never been: its last message and since when the contact waits.
with answered as (
  select coalesce(max(seq), 0) as seq from (
    select seq from message
    where workspace_id = :workspace and conversation_id = :conversation and kind = 'outgoing'
    order by seq desc limit 1) o
), waiting as (
  select created_at from message
  where workspace_id = :workspace and conversation_id = :conversation and kind = 'incoming'
    and seq > (select seq from answered) and not coalesce((meta ->> 'automatic')::bool, false)
  order by seq limit 1
), changed as (
  update conversation c set
    last_message = :last_message,
    waiting_since = (select created_at from waiting),
    version = c.version + 1
  where c.workspace_id = :workspace and c.id = :conversation
  returning c.*
)
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from changed c join contact p on p.workspace_id = :workspace and p.id = c.contact_id

-- name: decide_parts
-- number: null decides every part that asks for it.
update part set state = :state, error = :error::jsonb, due_at = :now
where workspace_id = :workspace and message_id = :message and (:number::int is null or number = :number)
  and state = any(:states::text[])
returning number

-- name: files_seen
-- Of these files those that a message carries which the sight does not hide.
select seen from hilo_files_seen(:sight, :files::uuid[]) seen
