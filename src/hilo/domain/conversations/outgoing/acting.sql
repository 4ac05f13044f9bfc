-- What is done to a message at the outside.

-- name: outside
-- By what it is known there: the contact's by one name, ours by one for each part, in their order.
select m.account_id, i.kind, i.value, coalesce(p.name, '') , case when m.kind = 'incoming'
         then array[m.external_id] else array(
         select n.external_id from part n
         where n.workspace_id = :workspace and n.message_id = m.id and n.external_id is not null
         order by n.number) end
from message m
join identity i on i.workspace_id = :workspace and i.id = m.identity_id
join contact p on p.workspace_id = :workspace and p.id = i.contact_id
where m.workspace_id = :workspace and m.id = :message and m.conversation_id = :conversation
