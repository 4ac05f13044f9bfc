-- Contacts and their identities, one at a time; sets are matched in `matching.sql`.

-- name: contact
select c.id, c.name, c.locale, c.time_zone, c.attributes,
       coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value,
                                  'verified', i.verified, 'scope', i.scope,
                                  'by_code', i.by_code) order by i.created_at, i.id)
                 from identity i where i.workspace_id = :workspace and i.contact_id = c.id), '[]'),
       c.blocked_at, c.merged_into, c.version, c.created_at, c.updated_at,
       c.avatar_id
from contact c where c.workspace_id = :workspace and c.id = :contact

-- name: lock_contacts
-- In the order of their ids, so that two merges never wait for each other in a ring.
select id from contact where workspace_id = :workspace and id = any(:ids) order by id for no key update

-- name: insert_contact
insert into contact (workspace_id, id, name, locale, time_zone, attributes)
values (:workspace, :id, :name, :locale, :time_zone, :attributes)

-- name: update_contact
update contact set name = :name, locale = :locale, time_zone = :time_zone, attributes = :attributes,
       blocked_at = :blocked_at, version = version + 1, updated_at = :now
where workspace_id = :workspace and id = :id

-- name: touch_contact
update contact set version = version + 1, updated_at = :now
where workspace_id = :workspace and id = :id

-- name: insert_identities
-- What comes back is new; an address that is someone's already gives no row.
insert into identity (workspace_id, id, contact_id, kind, scope, value, verified)
select :workspace, g.id, :contact, g.kind, g.scope, g.value, false
from unnest(:ids::uuid[], :kinds::text[], :scopes::uuid[], :values::text[]) as g(id, kind, scope, value)
order by g.kind, g.scope, g.value
on conflict (workspace_id, kind, scope, value) do nothing
returning id

-- name: identity_owner
select contact_id from identity
where workspace_id = :workspace and kind = :kind and scope = :scope and value = :value

-- name: delete_identity
delete from identity where workspace_id = :workspace and contact_id = :contact and id = :id

-- name: move_identities
update identity set contact_id = :into where workspace_id = :workspace and contact_id = :contact

-- name: set_merged
-- Earlier losers follow, so that the way to the survivor is one step for ever. Who has no picture takes the other's.
with heir as (
  update contact w set avatar_id = l.avatar_id, avatar_account = l.avatar_account, avatar_source = l.avatar_source
  from contact l
  where w.workspace_id = :workspace and w.id = :into and w.avatar_id is null
    and l.workspace_id = :workspace and l.id = :contact and l.avatar_id is not null)
update contact set merged_into = :into, version = version + 1, updated_at = :now
where workspace_id = :workspace and (id = :contact or merged_into = :contact)
