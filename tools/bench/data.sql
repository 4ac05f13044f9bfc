-- The data of the read rows. $1 is the workspace; positions are named beside each call.

-- name: helpers
create or replace function pg_temp.noise(text, int) returns double precision language sql immutable as
  $$ select ('x' || substr(md5($1 || $2), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
create or replace function pg_temp.id_of(timestamptz, text) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from $1) * 1000)::bigint), 12, '0') || '7' || substr(md5($2), 1, 3)
          || '8' || substr(md5($2), 4, 15))::uuid $$;
create temp table sentence (n int primary key, t text);

-- name: is_whole
-- Whether an index of messages is in every partition.
select i.indisvalid and (select count(*) from pg_inherits p where p.inhparent = i.indexrelid)
     = (select count(*) from pg_inherits p where p.inhparent = i.indrelid)
from pg_index i where i.indexrelid = $1::text::regclass

-- name: contacts
insert into contact (workspace_id, id, name, locale, created_at, updated_at)
select $1, pg_temp.id_of(now() - interval '91 days' + n * interval '1 second', 'contact' || n),
       'Person ' || n, (array['es', 'pt', 'en'])[1 + n % 3], now(), now() - n * interval '1 second'
from generate_series($2::int, $3::int) n

-- name: conversations
insert into conversation (workspace_id, id, contact_id, inbox_id, channel, joining_key, status, assignee_id,
                          tag_ids, last_seq, last_incoming_seq, read_seq, last_message, activity_at,
                          resolved_at, created_at)
select $1, pg_temp.id_of(at, 'conversation' || n), c.id, $4, 'api', 'bench:' || n, status,
       case when noise < 0.6 then ($5::uuid[])[1 + (n % cardinality($5::uuid[]))] end,
       case when n % 5 = 0 then array[($6::uuid[])[1 + ((n / 5) % cardinality($6::uuid[]))]] else '{}' end,
       10, 9, case when n % 3 = 0 and status = 'open' then 8 else 10 end,
       jsonb_build_object('id', pg_temp.id_of(at, 'm' || n || '-10'), 'kind', 'outgoing', 'author_kind', 'agent',
         'author_name', 'Agent', 'preview', (select t from sentence s where s.n = x.n % $7), 'at', at),
       at, case when status = 'resolved' then at end, at
from (select n, now() - interval '90 days' * (1 - n::float8 / $8) as at, pg_temp.noise('b', n) as noise,
             case when pg_temp.noise('s', n) < 0.10 then 'open' when pg_temp.noise('s', n) < 0.14 then 'pending'
                  when pg_temp.noise('s', n) < 0.16 then 'snoozed' else 'resolved' end as status
      from generate_series($2::int, $3::int) n) x
join lateral (select id from contact where workspace_id = $1 and name = 'Person ' || (1 + x.n % $9)
              limit 1) c on true

-- name: tags
insert into conversation_tag (workspace_id, tag_id, conversation_id)
select c.workspace_id, c.tag_ids[1], c.id from conversation c
where c.workspace_id = $1 and c.joining_key like 'bench:%' and cardinality(c.tag_ids) > 0
on conflict do nothing

-- name: messages
insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id, author_kind, author_name,
                     text, state, at, created_at)
select $1, pg_temp.id_of(at, 'm' || n || '-' || seq), pg_temp.id_of(base, 'conversation' || n), seq,
       case when seq % 2 = 1 then 'incoming' else 'outgoing' end, 'api', $4,
       case when seq % 2 = 1 then 'contact' else 'agent' end, 'Somebody',
       (select t from sentence s where s.n = (x.n * 7 + seq * 13) % $5) || ' CF-' || (20000 + n % 50000) || ' '
         || (select t from sentence s where s.n = (x.n * 3 + seq * 29) % $5),
       case when seq % 2 = 1 then 'received' else 'sent' end, at, at
from (select n, seq, now() - interval '90 days' * (1 - n::float8 / $6) as base,
             now() - interval '90 days' * (1 - n::float8 / $6) + seq * interval '40 seconds' as at
      from generate_series($2::int, $3::int) n, generate_series(1, 10) seq) x

-- name: long
insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id, author_kind, author_name,
                     text, state, at, created_at)
select $1, pg_temp.id_of(at, 'long' || seq), $2, seq, case when seq % 2 = 1 then 'incoming' else 'outgoing' end,
       'api', $3, case when seq % 2 = 1 then 'contact' else 'agent' end, 'Somebody',
       (select t from sentence s where s.n = seq % $4), case when seq % 2 = 1 then 'received' else 'sent' end, at, at
from (select seq, now() - interval '30 days' + seq * interval '1 minute' as at
      from generate_series(11, $5::int) seq) x
