-- A search looks how frequent its words are among the newest messages of a month, and then goes the cheaper way.

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
