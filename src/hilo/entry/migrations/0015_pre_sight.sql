-- Who of the agents sees which conversations (ADR 0051), and when machines that answer each other are stopped.

-- ------------------------------------------------------------------ inboxes

-- team: the inbox's team, and those of a conversation's own team. own: one's own and what nobody has.
alter table inbox
  add column visibility text not null default 'everyone' check (visibility in ('everyone', 'team', 'own')),
  add column team_id uuid,
  add foreign key (workspace_id, team_id) references team,
  add constraint inbox_has_team check (visibility <> 'team' or team_id is not null);

-- ------------------------------------------------------------------ people

-- What an agent does not see: nothing, for owners and admins. closed: inboxes of teams that are not the agent's.
create function hilo_sight(workspace uuid, agent uuid)
returns table (closed uuid[], own uuid[], teams uuid[]) language sql stable security definer
  set search_path = public, pg_catalog as $$
  with mine as (
    select m.team_id from team_member m where m.workspace_id = $1 and m.agent_id = $2)
  select
    array(select i.id from inbox i where i.workspace_id = $1 and i.visibility = 'team'
            and i.team_id not in (select team_id from mine) order by i.id),
    array(select i.id from inbox i where i.workspace_id = $1 and i.visibility = 'own' order by i.id),
    array(select team_id from mine order by team_id)
  from agent a where a.workspace_id = $1 and a.id = $2 and a.role = 'agent'
$$;

-- ------------------------------------------------------------------ the second wall, for reads

-- hilo.sight is empty for who sees all, else `agent closed own teams`, the latter three as PostgreSQL writes arrays.
-- plpgsql: asked for each row, and SQL functions with a FROM cost three times as much.
create function hilo_sees(inbox uuid, assignee uuid, team uuid) returns bool language plpgsql stable parallel safe as $$
declare s text[] := string_to_array(nullif(current_setting('hilo.sight', true), ''), ' ');
begin
  if s is null or assignee = s[1]::uuid then return true; end if;
  if inbox = any(s[2]::uuid[]) then return coalesce(team = any(s[4]::uuid[]), false); end if;
  return assignee is null or inbox <> all(s[3]::uuid[]);
end $$;
-- As the owner of the tables: policies of other tables ask it, and it must not be asked back.
create function hilo_sees_conversation(conversation uuid) returns bool language plpgsql stable security definer
  set search_path = public, pg_catalog as $$ begin
  return exists (select from conversation c where c.workspace_id = hilo_workspace() and c.id = $1
                   and hilo_sees(c.inbox_id, c.assignee_id, c.team_id));
end $$;
-- Whose every conversation is hidden is hidden; a person who never wrote is everybody's.
create function hilo_sees_contact(contact uuid) returns bool language plpgsql stable security definer
  set search_path = public, pg_catalog as $$ begin
  return coalesce((select bool_or(hilo_sees(c.inbox_id, c.assignee_id, c.team_id))
                   from conversation c where c.workspace_id = hilo_workspace() and c.contact_id = $1), true);
end $$;
-- Of these conversations and contacts those that a sight hides; what is not known is not hidden.
create function hilo_hidden(sight text, subjects uuid[]) returns setof uuid language plpgsql stable security definer
  set search_path = public, pg_catalog as $$
declare before text := coalesce(current_setting('hilo.sight', true), '');
begin
  perform set_config('hilo.sight', $1, true);
  return query select s.id from unnest($2) s(id)
    where exists (select from conversation c where c.workspace_id = hilo_workspace() and c.id = s.id
                    and not hilo_sees(c.inbox_id, c.assignee_id, c.team_id))
       or not hilo_sees_contact(s.id);
  perform set_config('hilo.sight', before, true);
end $$;
do $$ declare f text; begin
  for f in select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'public'::regnamespace
             and p.proname in ('hilo_hidden', 'hilo_sees', 'hilo_sees_conversation', 'hilo_sees_contact', 'hilo_sight')
  loop
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to hilo_app', f);
  end loop;
end $$;

-- A sight is set for reads only; what a transaction writes is asked for at its door. The first arm costs a look at a
-- setting, so who sees all pays nothing else.
alter policy own on conversation
  using (workspace_id = hilo_workspace()
    and (coalesce(current_setting('hilo.sight', true), '') = '' or hilo_sees(inbox_id, assignee_id, team_id)))
  with check (workspace_id = hilo_workspace());
alter policy own on message
  using (workspace_id = hilo_workspace()
    and (coalesce(current_setting('hilo.sight', true), '') = '' or hilo_sees_conversation(conversation_id)))
  with check (workspace_id = hilo_workspace());
alter policy own on contact
  using (workspace_id = hilo_workspace()
    and (coalesce(current_setting('hilo.sight', true), '') = '' or hilo_sees_contact(id)))
  with check (workspace_id = hilo_workspace());

-- ------------------------------------------------------------------ conversations

-- The two searches by a definer, which the policies do not reach.

-- Messages that hold every word: the newest partition first, and no further than the page is full.
-- words: must be there as words (stemmed). codes: as a word or as a part of the text. parts: as a part.
-- In each partition a few hundred of the newest messages are walked first; they tell how frequent the words are. Then
-- the walk goes on where the page fills soon, else the indexes give all there are, to be sorted. What a longer walk
-- does not fill comes from the indexes, too: the way is a matter of time only. (Left to itself the planner walks for
-- rare words: it takes each unknown word to be in one message of 200.)
create or replace function hilo_search_messages(words text[], codes text[], parts text[], inbox uuid, channel text,
                                                first_id uuid, before_id uuid, most int)
returns setof uuid language plpgsql stable security definer set search_path = public, pg_catalog as $$
declare
  folded constant text := 'hilo_fold(left(m.subject || '' '' || m.text, 2000))';
  started constant timestamptz := clock_timestamp();
  word text; query tsquery; wanted tsquery; asked tsquery[] := '{}'; likes text[] := '{}'; named text; size real;
  condition text := ''; month timestamptz; found_ids uuid[] := '{}'; got uuid[]; newest int := 0;
  a_look int := 500; walked int; enough constant int := 16000; rest text;
begin
  foreach word in array words loop
    query := hilo_word(word);
    continue when numnode(query) = 0;
    wanted := case when wanted is null then query else wanted && query end;
  end loop;
  if wanted is not null then condition := ' and m.search @@ $2'; end if;
  foreach word in array codes loop
    asked := asked || hilo_word(word);
    likes := likes || hilo_part(word);
    condition := condition || format(' and (m.search @@ $3[%s] or %s like $4[%s])',
                                     cardinality(asked), folded, cardinality(likes));
  end loop;
  foreach word in array parts loop
    likes := likes || hilo_part(word);
    condition := condition || format(' and %s like $4[%s]', folded, cardinality(likes));
  end loop;
  if condition = '' then return; end if;
  if cardinality(likes) > 0 then a_look := 150; end if;  -- to fold a text takes ten times as long
  rest := ' and m.kind <> ''activity'' and ($7::uuid is null or m.inbox_id = $7)'
          ' and ($8::text is null or m.channel = $8)' || condition;
  if coalesce(current_setting('hilo.sight', true), '') <> '' then
    rest := rest || ' and hilo_sees_conversation(m.conversation_id)';
  end if;
  for named, size in
    select c.relname, c.reltuples from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.message'::regclass
    order by c.relname = 'message_rest' desc, c.relname desc
  loop
    if named ~ '^message_\d{6}$' then
      exit when newest >= most;  -- what the rest holds may be older than any month's
      -- Parts of words are a second try: it may not take for ever.
      exit when cardinality(parts) > 0 and clock_timestamp() > started + interval '1 second';
      month := to_timestamp(right(named, 6) || '01', 'YYYYMMDD')::timestamp at time zone 'UTC';
      continue when month > now() + interval '1 day' or hilo_uuid_floor(month) >= before_id
                 or hilo_uuid_floor(month + interval '1 month') <= first_id;
    elsif not exists (select 1 from message_rest) then continue;
    end if;
    walked := a_look;
    loop
      execute format(
        'select array(select m.id from (select * from %I where workspace_id = $1 and id < $5 and id >= $6'
        ' order by id desc limit $10) m where true%s limit $9)', named, rest)
      into got
      using hilo_workspace(), wanted, asked, likes, before_id, first_id, inbox, channel, most, walked;
      exit when walked > a_look or cardinality(got) = 0 or cardinality(got) >= most;
      -- Messages to walk until the page is full, with room for chance, against those in the indexes, each of which
      -- lies somewhere else.
      walked := least(2 * a_look * most / cardinality(got), enough);
      exit when walked > 2 * greatest(size, 0) * cardinality(got) / a_look;
    end loop;
    if cardinality(got) < most then
      execute format(
        'with hits as materialized (select m.id from %I m where m.workspace_id = $1 and m.id < $5'
        ' and m.id >= $6%s) select array(select h.id from hits h order by h.id desc limit $9)', named, rest)
      into got
      using hilo_workspace(), wanted, asked, likes, before_id, first_id, inbox, channel, most;
    end if;
    found_ids := found_ids || got;
    if named <> 'message_rest' then newest := newest + cardinality(got); end if;
  end loop;
  return query select f.id from unnest(found_ids) f(id) order by f.id desc limit most;
end $$;

-- Contacts whose name or address holds every word (LIKE patterns). A word that few contacts hold leads by its
-- trigrams; when all are common, or too short for trigrams, the newest contacts are walked until the page is full.
create or replace function hilo_find_contacts(words text[], before_at timestamptz, before_id uuid, most int)
returns table (id uuid) language plpgsql stable security definer set search_path = public, pg_catalog as $$
declare folded text[] := array(select hilo_fold(w) from unnest(words) with ordinality u(w, n) order by n);
        few constant int := 2000; led uuid[]; word text;
begin
  foreach word in array folded loop
    continue when length(word) < 5;  -- with its two signs
    led := array(
      (select c.id from contact c where c.workspace_id = hilo_workspace() and hilo_fold(c.name) like word limit few)
      union all
      (select i.contact_id from identity i where i.workspace_id = hilo_workspace() and i.value ilike word limit few));
    exit when cardinality(led) < few;
    led := null;
  end loop;
  return query
    select c.id from contact c
    where c.workspace_id = hilo_workspace() and c.merged_into is null
      and (led is null or c.id = any(led))
      and (coalesce(current_setting('hilo.sight', true), '') = '' or hilo_sees_contact(c.id))
      and (c.updated_at, c.id) < (before_at, before_id)
      and not exists (
        select 1 from unnest(folded) w where hilo_fold(c.name) not like w and not exists (
          select 1 from identity i
          where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.value ilike w))
    order by c.updated_at desc, c.id desc limit most;
end $$;

-- Counts by inbox and team, so that they are exact for who sees only some. Nil: no team, or everybody's view.
-- unassigned_unread: for who sees of an inbox only what nobody has.
alter table count_total drop constraint count_total_pkey;
truncate count_total, count_delta;
alter table count_total
  add column inbox_id uuid not null,
  add column team_id uuid not null,
  add primary key (workspace_id, view, agent_id, inbox_id, team_id);
alter table count_delta
  add column inbox_id uuid not null,
  add column team_id uuid not null;

-- How many of these rows stand behind which number.
create function hilo_count_views(status text, assignee uuid, unread bool)
returns table (view text, agent_id uuid) language sql immutable as $$
  select v.view, v.agent_id from (values
    ('open', '00000000-0000-0000-0000-000000000000'::uuid, true),
    ('unassigned', '00000000-0000-0000-0000-000000000000'::uuid, assignee is null),
    ('unread', '00000000-0000-0000-0000-000000000000'::uuid, unread),
    ('unassigned_unread', '00000000-0000-0000-0000-000000000000'::uuid, assignee is null and unread),
    ('mine', assignee, assignee is not null),
    ('mine_unread', assignee, assignee is not null and unread)
  ) v(view, agent_id, counts) where v.counts and status = 'open'
$$;
drop trigger count_inserted on conversation;
drop trigger count_deleted on conversation;
drop trigger count_updated on conversation;
drop function hilo_count_inserted();
drop function hilo_count_deleted();
drop function hilo_count_updated();
drop function hilo_count_rows(conversation, int);

create function hilo_count_inserted() returns trigger language plpgsql as $$ begin
  insert into count_delta (workspace_id, view, agent_id, inbox_id, team_id, delta)
    select n.workspace_id, v.view, v.agent_id, n.inbox_id,
           coalesce(n.team_id, '00000000-0000-0000-0000-000000000000'), count(*)
    from new_rows n, lateral hilo_count_views(n.status, n.assignee_id, n.last_incoming_seq > n.read_seq) v
    group by 1, 2, 3, 4, 5;
  return null;
end $$;
create function hilo_count_deleted() returns trigger language plpgsql as $$ begin
  insert into count_delta (workspace_id, view, agent_id, inbox_id, team_id, delta)
    select o.workspace_id, v.view, v.agent_id, o.inbox_id,
           coalesce(o.team_id, '00000000-0000-0000-0000-000000000000'), -count(*)
    from old_rows o, lateral hilo_count_views(o.status, o.assignee_id, o.last_incoming_seq > o.read_seq) v
    group by 1, 2, 3, 4, 5;
  return null;
end $$;
-- Most updates (a further message of an open, unread conversation) change none: rows are summed by what counts, and
-- only sums that are not nought are told apart by view.
create function hilo_count_updated() returns trigger language plpgsql as $$ begin
  insert into count_delta (workspace_id, view, agent_id, inbox_id, team_id, delta)
    select u.workspace_id, v.view, v.agent_id, u.inbox_id, u.team_id, sum(u.delta) from (
      select x.workspace_id, x.inbox_id, x.team_id, x.assignee_id, x.unread, sum(x.sign) as delta from (
        select n.workspace_id, n.inbox_id, coalesce(n.team_id, '00000000-0000-0000-0000-000000000000') as team_id,
               n.assignee_id, n.last_incoming_seq > n.read_seq as unread, 1 as sign
        from new_rows n where n.status = 'open'
        union all
        select o.workspace_id, o.inbox_id, coalesce(o.team_id, '00000000-0000-0000-0000-000000000000'),
               o.assignee_id, o.last_incoming_seq > o.read_seq, -1
        from old_rows o where o.status = 'open'
      ) x group by 1, 2, 3, 4, 5 having sum(x.sign) <> 0
    ) u, lateral hilo_count_views('open', u.assignee_id, u.unread) v
    group by 1, 2, 3, 4, 5 having sum(u.delta) <> 0;
  return null;
end $$;
revoke all on function hilo_count_views(text, uuid, bool) from public;
grant execute on function hilo_count_views(text, uuid, bool) to hilo_app;
create trigger count_inserted after insert on conversation
  referencing new table as new_rows for each statement execute function hilo_count_inserted();
create trigger count_deleted after delete on conversation
  referencing old table as old_rows for each statement execute function hilo_count_deleted();
create trigger count_updated after update on conversation
  referencing old table as old_rows new table as new_rows for each statement execute function hilo_count_updated();

create or replace function hilo_fold_counts() returns int language sql security definer set search_path = public as $$
  with gone as (delete from count_delta where ctid = any(array(
                  select ctid from count_delta order by workspace_id, id limit 10000 for update skip locked))
                returning workspace_id, view, agent_id, inbox_id, team_id, delta),
  folded as (
    insert into count_total (workspace_id, view, agent_id, inbox_id, team_id, value)
      select workspace_id, view, agent_id, inbox_id, team_id, sum(delta) from gone group by 1, 2, 3, 4, 5
    on conflict (workspace_id, view, agent_id, inbox_id, team_id)
      do update set value = count_total.value + excluded.value
    returning 1)
  select (select count(*) from gone)::int
$$;

insert into count_total (workspace_id, view, agent_id, inbox_id, team_id, value)
  select c.workspace_id, v.view, v.agent_id, c.inbox_id,
         coalesce(c.team_id, '00000000-0000-0000-0000-000000000000'), count(*)
  from conversation c, lateral hilo_count_views(c.status, c.assignee_id, c.last_incoming_seq > c.read_seq) v
  group by 1, 2, 3, 4, 5;

-- Whose addresses get no automatic answer, because a machine seems to write there. lifted_at: an agent said it is
-- none; the guard counts anew from then on.
create table loop_guard (
  workspace_id uuid not null,
  identity_id uuid not null,
  reason text not null check (reason in ('identical', 'rate', 'turns')),
  tripped_at timestamptz not null,
  lifted_at timestamptz,
  lifted_by uuid,
  primary key (workspace_id, identity_id),
  foreign key (workspace_id, identity_id) references identity on delete cascade
);
alter table loop_guard enable row level security;
alter table loop_guard force row level security;
create policy own on loop_guard to hilo_app
  using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace());
do $$ begin
  execute format('create policy owner on loop_guard to %I using (true) with check (true)', current_user);
end $$;
grant select, insert, update, delete on loop_guard to hilo_app;
