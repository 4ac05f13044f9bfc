-- Files of incoming messages.

-- name: lock_message
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta,
       m.state, m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts
from message m where m.workspace_id = :workspace and m.id = :message for update

-- name: set_attachments
update message set attachments = :attachments where workspace_id = :workspace and id = :message

-- name: keep_sources
insert into attachment_source (workspace_id, attachment_id, account_id, url)
select :workspace, r.attachment, :account, r.url
from unnest(:attachments::uuid[], :urls::text[]) as r(attachment, url)
on conflict do nothing

-- name: source
select account_id as account, url from attachment_source
where workspace_id = :workspace and attachment_id = :attachment

-- name: forget_source
delete from attachment_source where workspace_id = :workspace and attachment_id = :attachment
