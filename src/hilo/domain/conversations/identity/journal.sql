-- Contacts that were joined or parted.

-- name: note
insert into contact_link (workspace_id, id, kind, from_id, into_id, reason, moved, by, at)
values (:workspace, :id, :kind, :from, :into, :reason, :moved, :by, :now)

-- name: hold
select id, kind, from_id, into_id, reason, by, at, undone_at, moved from contact_link
where workspace_id = :workspace and id = :id for update

-- name: undone
update contact_link set undone_at = :now where workspace_id = :workspace and id = :id
returning id, kind, from_id, into_id, reason, by, at, undone_at, moved

-- name: of_contact
-- What joined or parted this person, the newest first; not where the reader does not see the other.
select id, kind, from_id, into_id, reason, by, at, undone_at, moved from contact_link l
where workspace_id = :workspace and (from_id = :contact or into_id = :contact)
  and exists (select from contact c where c.workspace_id = :workspace
                and c.id = case when l.from_id = :contact then l.into_id else l.from_id end)
order by id desc limit :most
