-- The hub's look at the log: what hilo_feed gives, and whether anything committed still hides behind an older
-- transaction, so that the hub knows when to look again. At least one row; without news its event is null.
create function hilo_news(after_xid xid8, after_id bigint, most int)
returns table (is_hiding boolean, workspace_id uuid, id bigint, xid xid8, type text, subject uuid, actor jsonb,
               data jsonb, at timestamptz)
language sql stable security definer set search_path = public as $$
  select h.is_hiding, e.workspace_id, e.id, e.xid, e.type, e.subject, e.actor, e.data, e.at
  from (select exists (select from event e where e.xid >= pg_snapshot_xmin(pg_current_snapshot())) as is_hiding) h
  left join lateral (
    select * from event e
    where (e.xid, e.id) > ($1, $2) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by e.xid, e.id limit $3) e on true
$$;
revoke all on function hilo_news(xid8, bigint, int) from public;
grant execute on function hilo_news(xid8, bigint, int) to hilo_app;
drop function hilo_feed(xid8, bigint, int);
