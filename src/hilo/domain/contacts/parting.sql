-- Contacts that were made one, or are parted: addresses and facts.

-- name: losers_of
select id from contact where workspace_id = :workspace and merged_into = :contact order by id

-- name: give
-- Addresses that are still where they were left.
update identity set contact_id = :heir, by_code = :by_code
where workspace_id = :workspace and id = any(:ids::uuid[]) and contact_id = :contact
returning id

-- name: mark_by_code
update identity set by_code = true
where workspace_id = :workspace and id = any(:ids::uuid[]) and contact_id = :contact

-- name: stand_again
-- A merged contact, and those that were merged into it before, as they were.
update contact set merged_into = case when id = :contact then null else :contact end,
       version = version + 1, updated_at = :now
where workspace_id = :workspace and (id = :contact or id = any(:losers::uuid[])) and merged_into = :winner
