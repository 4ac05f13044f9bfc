-- The log as others read it: below the horizon, in the order (xid, id).

-- name: read
select e.id, e.xid, e.type, e.subject, e.actor::text, e.data::text, e.at from event e
where e.workspace_id = :workspace and (e.xid, e.id) > (:after_xid, :after_id)
  and e.xid < pg_snapshot_xmin(pg_current_snapshot())
order by e.xid, e.id limit :most

-- name: read_until
-- A socket that comes back: up to where the hub stands.
select e.id, e.xid, e.type, e.subject, e.actor::text, e.data::text, e.at from event e
where e.workspace_id = :workspace and (e.xid, e.id) > (:after_xid, :after_id)
  and (e.xid, e.id) <= (:until_xid, :until_id)
order by e.xid, e.id limit :most

-- name: read_all
-- The hub: every workspace, by the one function that may. Without news one row, its id 0.
select n.is_hiding, n.workspace_id, coalesce(n.id, 0), n.xid, n.type, n.subject, n.actor::text, n.data::text, n.at
from hilo_news(:after_xid, :after_id, :most) n

-- name: horizon
-- Everything below this transaction is visible for ever: where a feed that begins now begins.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- name: distance
-- How far behind, up to a bound.
select count(*) from (
  select 1 from event e
  where e.workspace_id = :workspace and (e.xid, e.id) > (:after_xid, :after_id) limit :most) e
