-- Contacts that go for good, and browsers of those who stay.

-- name: visitors_of
select i.value from identity i
where i.workspace_id = :workspace and i.contact_id = any(:contacts)
  and i.kind = 'visitor' and i.scope = :account

-- name: forgettable
-- Of these, those to whom nothing leads but the account itself: no mail, no phone, no other chat.
select c.id from contact c
where c.workspace_id = :workspace and c.id = any(:contacts)
  and not exists (select 1 from identity i where i.workspace_id = :workspace and i.contact_id = c.id
                    and (i.scope <> :account or i.kind not in ('visitor', 'external')))

-- name: with_losers
-- The contacts and all that were merged into them.
select id from contact where workspace_id = :workspace and (id = any(:contacts) or merged_into = any(:contacts))

-- name: delete_identities
delete from identity where workspace_id = :workspace and contact_id = any(:contacts)

-- name: delete_contacts
delete from contact where workspace_id = :workspace and id = any(:contacts)

-- name: delete_visitors
delete from identity where workspace_id = :workspace and contact_id = any(:contacts)
  and kind = 'visitor' and scope = :account and value = any(:visitors)
returning contact_id
