-- Two contacts become one: their conversations.

-- name: conversations_of
select count(*) from conversation where workspace_id = :workspace and contact_id = :contact

-- name: keys_of
-- For the way back.
select id, joining_key from conversation where workspace_id = :workspace and contact_id = :contact order by id

-- name: collisions
-- Unresolved conversations whose joining key the other contact's conversation holds already.
select c.id, c.number, other.id, other.number
from conversation c join conversation other
  on other.workspace_id = :workspace and other.status <> 'resolved'
 and other.joining_key = replace(c.joining_key, :contact::uuid::text, :survivor::uuid::text) and other.id <> c.id
where c.workspace_id = :workspace and c.contact_id = :contact and c.status <> 'resolved'
order by c.number

-- name: free_keys
-- What collides stays open but receives nothing more: the survivor's own conversation does.
update conversation set joining_key = null
where workspace_id = :workspace and id = any(:ids)

-- name: move
update conversation set contact_id = :survivor, version = version + 1,
  joining_key = replace(joining_key, :contact::uuid::text, :survivor::uuid::text)
where workspace_id = :workspace and contact_id = :contact
returning id
