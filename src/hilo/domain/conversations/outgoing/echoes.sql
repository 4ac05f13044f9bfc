-- What the business itself wrote comes back.

-- name: unsettled
-- Calls of the last minute of which nobody knows yet what became of them.
select p.message_id, p.number, p.slice, m.text, m.attachments, i.kind, i.value
from part p
join message m on m.workspace_id = :workspace and m.id = p.message_id
join identity i on i.workspace_id = :workspace and i.id = m.identity_id
where p.workspace_id = :workspace and p.account_id = :account and p.state in ('sending', 'uncertain')
  and p.attempted_at > :since and p.external_id is null and i.value = any(:values::text[])
order by p.attempted_at

-- name: name_parts
-- The vendor's id, where none is known and nobody else has it.
update part p set external_id = g.name
from unnest(:ids::uuid[], :numbers::int[], :names::text[]) as g(id, number, name)
where p.workspace_id = :workspace and p.message_id = g.id and p.number = g.number
  and p.external_id is null
  and not exists (select 1 from part o where o.account_id = p.account_id and o.external_id = g.name)

-- name: insert_sent
-- What was written elsewhere has one part, so that receipts find it.
insert into part (workspace_id, message_id, number, account_id, conversation_id, state, external_id, attempted_at)
select :workspace, g.id, 1, :account, g.conversation, 'sent', g.name, :now
from unnest(:ids::uuid[], :conversations::uuid[], :names::text[]) as g(id, conversation, name)
on conflict do nothing

-- name: copy
-- What was kept as written elsewhere under this name.
select m.id, m.conversation_id, p.state from part p
join message m on m.workspace_id = :workspace and m.id = p.message_id
where p.workspace_id = :workspace and p.account_id = :account and p.external_id = :name
  and m.kind = 'outgoing' and (m.meta ->> 'elsewhere')::bool

-- name: drop_copy
delete from part where workspace_id = :workspace and message_id = :message

-- name: take_key
update message_key set message_id = :ours
where workspace_id = :workspace and account_id = :account and external_id = :name and message_id = :message
