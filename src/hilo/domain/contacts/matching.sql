-- Matching senders with contacts, many at once.

-- name: known
-- Who has these addresses, each by its unique index whatever the planner believes of the tables.
-- A merge of such a contact waits until the transaction ends.
select i.kind, i.scope, i.value, i.id, i.verified, c.id, c.name, c.locale, c.time_zone,
       c.attributes, c.blocked_at is not null
from unnest(:kinds::text[], :scopes::uuid[], :values::text[]) as g(kind, scope, value)
cross join lateral (
  select i.* from identity i
  where i.workspace_id = :workspace and i.kind = g.kind and i.scope = g.scope and i.value = g.value
  limit 1) i
cross join lateral (
  select c.* from contact c
  where c.workspace_id = :workspace and c.id = i.contact_id and c.merged_into is null
  limit 1 for key share) c

-- name: lock_addresses
-- Two workers that meet the same stranger at once take turns; always in the same order.
select pg_advisory_xact_lock(number) from (
  select distinct hashtextextended(:workspace::uuid::text || g.kind || g.scope::text || g.value, 2)
         as number
  from unnest(:kinds::text[], :scopes::uuid[], :values::text[]) as g(kind, scope, value)
  order by number) as numbers

-- name: insert_contacts
insert into contact (workspace_id, id, name, locale, time_zone, attributes)
select :workspace, * from unnest(:ids::uuid[], :names::text[], :locales::text[], :zones::text[],
                                 :attributes::jsonb[])

-- name: insert_identities
insert into identity (workspace_id, id, contact_id, kind, scope, value, verified)
select :workspace, * from unnest(:ids::uuid[], :contacts::uuid[], :kinds::text[], :scopes::uuid[],
                                 :values::text[], :verified::bool[])
on conflict (workspace_id, kind, scope, value) do nothing
returning id

-- name: claim
-- Who said that an address of somebody else is its own.
insert into identity_claim (workspace_id, contact_id, kind, value, at)
select :workspace, g.*, :now from unnest(:contacts::uuid[], :kinds::text[], :values::text[]) as g
on conflict do nothing

-- name: verify_identities
update identity set verified = true
where workspace_id = :workspace and id = any(:ids) and not verified

-- name: update_contacts
update contact c set name = g.name, locale = g.locale, time_zone = g.time_zone,
                     attributes = g.attributes, version = c.version + 1, updated_at = :now
from unnest(:ids::uuid[], :names::text[], :locales::text[], :zones::text[], :attributes::jsonb[])
  as g(id, name, locale, time_zone, attributes)
where c.workspace_id = :workspace and c.id = g.id

-- name: contacts
select c.id, c.name, c.locale, c.time_zone, c.attributes,
       coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value,
                                  'verified', i.verified, 'scope', i.scope,
                                  'by_code', i.by_code) order by i.created_at, i.id)
                 from identity i where i.workspace_id = :workspace and i.contact_id = c.id), '[]'),
       c.blocked_at, c.merged_into, c.version, c.created_at, c.updated_at,
       c.avatar_id
from contact c where c.workspace_id = :workspace and c.id = any(:ids)
