-- A reader of the log finds the events it acts upon by their kind, and never sees the others.

create index event_kind on event (slot, type, xid, id);
drop index event_slot;

-- The next events of these kinds after each slot's place, in the log's order, below the oldest running transaction:
-- what a transaction hides that began before is not walked past.
create function hilo_events_ahead(slots smallint[], after_xid xid8[], after_id bigint[], kinds text[], most int)
returns table (workspace_id uuid, id bigint, xid xid8, slot smallint, type text, subject uuid, actor jsonb, data jsonb,
               at timestamptz)
language sql stable security definer set search_path = public as $$
  select e.workspace_id, e.id, e.xid, e.slot, e.type, e.subject, e.actor, e.data, e.at
  from unnest($1, $2, $3) as s(slot, xid, id), lateral (
    select one.* from unnest($4) as k(kind), lateral (
      select * from event e
      where e.slot = s.slot and e.type = k.kind and (e.xid, e.id) > (s.xid, s.id)
        and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by e.xid, e.id limit $5) one
    order by one.xid, one.id limit $5) e
$$;
revoke all on function hilo_events_ahead(smallint[], xid8[], bigint[], text[], int) from public;
grant execute on function hilo_events_ahead(smallint[], xid8[], bigint[], text[], int) to hilo_app;
drop function hilo_read_events(smallint[], xid8[], bigint[], int);
drop function hilo_take_events(smallint[], xid8[], bigint[], int, text[]);
