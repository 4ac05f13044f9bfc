-- Where a message of this name at the outside went.

-- name: entered
select m.conversation_id, c.contact_id, m.id
from message_key k
join message m on m.workspace_id = :workspace and m.id = k.message_id
join conversation c on c.workspace_id = :workspace and c.id = m.conversation_id
where k.account_id = :account and k.external_id = :name
