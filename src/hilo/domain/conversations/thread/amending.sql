-- Messages that change after they were said.

-- name: named
-- Which messages these outside ids stand for, theirs or ours.
select n.external_id, m.id, m.conversation_id from (
  select k.external_id, k.message_id from message_key k
  where k.workspace_id = :workspace and k.account_id = :account and k.external_id = any(:names::text[])
  union
  select p.external_id, p.message_id from part p
  where p.workspace_id = :workspace and p.account_id = :account and p.external_id = any(:names::text[])) n
join message m on m.workspace_id = :workspace and m.id = n.message_id

-- name: lock_messages
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts
from message m where m.workspace_id = :workspace and m.id = any(:ids::uuid[])
order by m.id for no key update

-- name: amend
update message m set text = g.text, html = g.html, quoted = g.quoted, attachments = g.attachments,
                     content = g.content, reactions = g.reactions, edited_at = g.edited_at,
                     deleted_at = g.deleted_at
from unnest(:ids::uuid[], :texts::text[], :htmls::text[], :quoteds::text[], :attachments::jsonb[],
            :contents::jsonb[], :reactions::jsonb[], :edited::timestamptz[], :deleted::timestamptz[])
  as g(id, text, html, quoted, attachments, content, reactions, edited_at, deleted_at)
where m.workspace_id = :workspace and m.id = g.id

-- name: keep_text
insert into message_edit (workspace_id, id, message_id, text, at)
select :workspace, * from unnest(:ids::uuid[], :messages::uuid[], :texts::text[], :ats::timestamptz[])

-- name: forget_texts
delete from message_edit where workspace_id = :workspace and message_id = any(:messages::uuid[])

-- name: texts_before
select text, at from message_edit
where workspace_id = :workspace and message_id = :message order by id

-- name: preview
-- Where the last message changed, the lists show it.
with changed as (
  update conversation c set last_message = jsonb_set(c.last_message, '{preview}', to_jsonb(g.preview)),
                            version = c.version + 1
  from unnest(:ids::uuid[], :messages::text[], :previews::text[]) as g(id, message, preview)
  where c.workspace_id = :workspace and c.id = g.id and c.last_message ->> 'id' = g.message
    and c.last_message ->> 'preview' <> g.preview
  returning c.*
)
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from changed c join contact p on p.workspace_id = :workspace and p.id = c.contact_id

-- name: spoken_last
-- What a list shows of a conversation: within a second what came last, as when it is written.
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts
from message m
where m.workspace_id = :workspace and m.conversation_id = :conversation and m.kind <> 'activity'
order by date_trunc('second', m.at) desc, m.seq desc limit 1
