-- Tags and files.

-- name: list_tags
select id, name, color, created_at from tag
where workspace_id = :workspace order by lower(name), id

-- name: insert_tag
-- No row: the name is taken.
insert into tag (workspace_id, id, name, color) values (:workspace, :id, :name, :color)
on conflict (workspace_id, lower(name)) do nothing
returning id, name, color, created_at

-- name: lock_tag
select id, name, color, created_at from tag
where workspace_id = :workspace and id = :id for update

-- name: tag_named
select id from tag where workspace_id = :workspace and lower(name) = lower(:name)

-- name: update_tag
update tag set name = :name, color = :color
where workspace_id = :workspace and id = :id
returning id, name, color, created_at

-- name: delete_tag
delete from tag where workspace_id = :workspace and id = :id

-- name: insert_files
insert into file (workspace_id, id, name, media_type, size_bytes, sha256, store_key, width, height,
                  uploaded_by)
select :workspace, * from unnest(
  :ids::uuid[], :names::text[], :media_types::text[], :sizes::bigint[], :hashes::bytea[],
  :keys::text[], :widths::int[], :heights::int[], :uploaders::uuid[])
returning id, name, media_type, size_bytes, sha256, store_key, width, height, uploaded_by, created_at

-- name: take_over
update file set uploaded_by = null, name = :name where workspace_id = :workspace and id = :id

-- name: delete_files
delete from file where workspace_id = :workspace and id = any(:ids) returning store_key

-- name: files_by_id
select id, name, media_type, size_bytes, sha256, store_key, width, height, uploaded_by, created_at
from file where workspace_id = :workspace and id = any(:ids)
