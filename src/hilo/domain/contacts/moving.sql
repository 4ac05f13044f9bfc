-- A contact goes by another address, and what an address allows.

-- name: readdress
-- In place: what answers the old address answers the new one. Not where somebody has the new one.
update identity i set kind = :new_kind, scope = :new_scope, value = :new_value, verified = :verified
where i.workspace_id = :workspace and i.kind = :kind and i.scope = :scope and i.value = :value
  and not exists (
    select 1 from identity o where o.workspace_id = :workspace
      and o.kind = :new_kind and o.scope = :new_scope and o.value = :new_value)
returning i.contact_id

-- name: consent
-- The newest word counts.
insert into consent as c (workspace_id, identity_id, topic, is_given, at)
select distinct on (g.identity, g.topic) :workspace, g.identity, g.topic, g.is_given, g.at
from unnest(:identities::uuid[], :topics::text[], :given::bool[], :ats::timestamptz[])
  as g(identity, topic, is_given, at)
order by g.identity, g.topic, g.at desc
on conflict (workspace_id, identity_id, topic)
do update set is_given = excluded.is_given, at = excluded.at
where excluded.at >= c.at and excluded.is_given <> c.is_given
returning identity_id, topic, is_given
