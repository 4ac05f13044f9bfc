-- Less work for each message that arrives: the numbers beside the views, and how readers walk the log.

-- What an update changes in the numbers. Most updates (a further message of an open, unread conversation) change
-- none: rows are summed by what counts, and only sums that are not nought are told apart by view.
create or replace function hilo_count_updated() returns trigger language plpgsql as $$ begin
  insert into count_delta (workspace_id, view, agent_id, delta)
    select u.workspace_id, v.view, v.agent_id, sum(u.delta) from (
      select x.workspace_id, x.assignee_id, x.unread, sum(x.sign) as delta from (
        select n.workspace_id, n.assignee_id, n.last_incoming_seq > n.read_seq as unread, 1 as sign
        from new_rows n where n.status = 'open'
        union all
        select o.workspace_id, o.assignee_id, o.last_incoming_seq > o.read_seq, -1
        from old_rows o where o.status = 'open'
      ) x group by 1, 2, 3 having sum(x.sign) <> 0
    ) u, lateral (values
      ('open', '00000000-0000-0000-0000-000000000000'::uuid, true),
      ('unassigned', '00000000-0000-0000-0000-000000000000'::uuid, u.assignee_id is null),
      ('unread', '00000000-0000-0000-0000-000000000000'::uuid, u.unread),
      ('mine', u.assignee_id, u.assignee_id is not null),
      ('mine_unread', u.assignee_id, u.assignee_id is not null and u.unread)
    ) v(view, agent_id, counts) where v.counts
    group by 1, 2, 3 having sum(u.delta) <> 0;
  return null;
end $$;

-- What a reader takes: the events of the kinds it acts upon, and of the others only the last of each slot, bare,
-- so that the reader can walk past them.
create function hilo_take_events(slots smallint[], after_xid xid8[], after_id bigint[], most int, kinds text[])
returns table (workspace_id uuid, id bigint, xid xid8, slot smallint, type text, subject uuid, actor jsonb, data jsonb,
               at timestamptz)
language sql stable security definer set search_path = public as $$
  select e.workspace_id, e.id, e.xid, e.slot, e.type, e.subject,
         case when e.type = any($5) then e.actor else '{}' end, case when e.type = any($5) then e.data else '{}' end, e.at
  from (
    select e.*, row_number() over (partition by e.slot order by e.xid desc, e.id desc) as from_last
    from unnest($1, $2, $3) as s(slot, xid, id), lateral (
      select * from event e
      where e.slot = s.slot and (e.xid, e.id) > (s.xid, s.id)
        and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by e.xid, e.id limit $4) e
  ) e where e.from_last = 1 or e.type = any($5)
$$;
revoke all on function hilo_take_events(smallint[], xid8[], bigint[], int, text[]) from public;
grant execute on function hilo_take_events(smallint[], xid8[], bigint[], int, text[]) to hilo_app;
