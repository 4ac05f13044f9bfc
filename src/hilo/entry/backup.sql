-- name: is_empty
-- Nothing of anybody: a restore may take the place.
select not exists (select from workspace);

-- name: take_down
-- The log as it was restored, in its own order; xid has meaning only in the cluster that gave it.
create temporary table renumbered on commit drop as
  select *, row_number() over (order by xid, id) as place from event;

-- name: take_cursors
create temporary table moved on commit drop as
  select c.reader, c.slot, coalesce(max(r.place), 0) as place
  from reader_cursor c left join renumbered r on r.slot = c.slot and (r.xid, r.id) <= (c.xid, c.id)
  group by c.reader, c.slot;

-- name: move_parked
update parked_event p set event_id = r.place from renumbered r
where (r.workspace_id, r.id) = (p.workspace_id, p.event_id);

-- name: move_causes
update renumbered r set actor = jsonb_set(r.actor, '{cause}', to_jsonb(c.place))
from renumbered c where c.workspace_id = r.workspace_id and c.id = (r.actor ->> 'cause')::bigint;

-- name: clear_log
truncate event;

-- name: write_log
-- The oldest xid there can be: below every horizon, so readers see all of it at once.
insert into event (workspace_id, id, xid, slot, type, subject, actor, data, at)
select workspace_id, place, '3'::xid8, slot, type, subject, actor, data, at from renumbered;

-- name: move_cursors
update reader_cursor c set xid = '3'::xid8, id = m.place from moved m
where (m.reader, m.slot) = (c.reader, c.slot);

-- name: go_on
select setval('event_id', greatest(1, (select max(place) from renumbered)));

-- name: own_all
-- Who owns the schema sees all of it: the policy names the owner, and that is another one here.
do $$ declare t text; begin
  for t in select c.relname from pg_class c
           where c.relnamespace = 'public'::regnamespace and c.relforcerowsecurity
             and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'owner')
  loop
    execute format('create policy owner on %I to %I using (true) with check (true)', t, current_user);
  end loop;
end $$;
