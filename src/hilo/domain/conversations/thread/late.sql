-- Messages that came before the one they answer.

-- name: wait
insert into awaited_message (workspace_id, account_id, external_id, message_id)
select :workspace, :account, * from unnest(:names::text[], :messages::uuid[])
on conflict do nothing

-- name: bind
-- What waited for these names gets its answer and waits no more.
with known as (
  select * from unnest(:names::text[], :targets::uuid[]) as k(name, target)),
come as (
  delete from awaited_message a using known k
  where a.workspace_id = :workspace and a.account_id = :account and a.external_id = k.name
  returning a.message_id, k.target)
update message m set reply_to = c.target from come c
where m.workspace_id = :workspace and m.id = c.message_id and m.reply_to is null
returning m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
          m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta,
          m.state, m.error, m.client_id, m.at, m.created_at, m.content, m.reactions, m.edited_at,
          m.deleted_at, m.parts
