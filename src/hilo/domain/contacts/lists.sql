-- Contacts, newest change first; found by name and address.

-- name: page
select c.id, c.name, c.locale, c.time_zone, c.attributes,
       coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value,
                                  'verified', i.verified, 'scope', i.scope,
                                  'by_code', i.by_code) order by i.created_at, i.id)
                 from identity i where i.workspace_id = :workspace and i.contact_id = c.id), '[]'),
       c.blocked_at, c.merged_into, c.version, c.created_at, c.updated_at,
       c.avatar_id
from contact c
where c.workspace_id = :workspace and c.merged_into is null
  and (c.updated_at, c.id) < (:before_at, :before_id)
order by c.updated_at desc, c.id desc limit :most

-- name: found
-- The definer's function may use the trigram indexes, which row-level security keeps from us.
select c.id, c.name, c.locale, c.time_zone, c.attributes,
       coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value,
                                  'verified', i.verified, 'scope', i.scope,
                                  'by_code', i.by_code) order by i.created_at, i.id)
                 from identity i where i.workspace_id = :workspace and i.contact_id = c.id), '[]'),
       c.blocked_at, c.merged_into, c.version, c.created_at, c.updated_at,
       c.avatar_id
from hilo_find_contacts(:words, :before_at, :before_id, :most) f
join contact c on c.workspace_id = :workspace and c.id = f.id
order by c.updated_at desc, c.id desc

-- name: some
select c.id, c.name, c.locale, c.time_zone, c.attributes,
       coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value,
                                  'verified', i.verified, 'scope', i.scope,
                                  'by_code', i.by_code) order by i.created_at, i.id)
                 from identity i where i.workspace_id = :workspace and i.contact_id = c.id), '[]'),
       c.blocked_at, c.merged_into, c.version, c.created_at, c.updated_at,
       c.avatar_id
from contact c where c.workspace_id = :workspace and c.id = any(:ids::uuid[]) and c.merged_into is null
