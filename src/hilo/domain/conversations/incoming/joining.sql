-- What intake must know before messages are appended.

-- name: refs
select ref, conversation_id, message_id is null from thread_ref
where workspace_id = :workspace and ref = any(:refs)

-- name: candidates
-- Conversations named by id, number or joining key, locked in the order of their ids: an agent who
-- resolves one at this moment comes before or after, never between. Of the resolved ones with a key
-- only the last counts; of a named one also whoever has its key now; and where an identity went on
-- with a code.
with wanted as (
  select unnest(:ids::uuid[]) as id
  union
  select c.id from conversation c where c.workspace_id = :workspace and c.number = any(:numbers::bigint[])
  union
  select c.id from conversation c
  where c.workspace_id = :workspace and c.joining_key = any(:keys::text[]) and c.status <> 'resolved'
  union
  select r.id from unnest(:keys::text[]) as k(key), lateral (
    select c.id from conversation c
    where c.workspace_id = :workspace and c.joining_key = k.key and c.status = 'resolved'
    order by c.resolved_at desc limit 1) r
  union
  select o.id from conversation i join conversation o
    on o.workspace_id = :workspace and o.joining_key = i.joining_key and o.status <> 'resolved'
  where i.workspace_id = :workspace and i.id = any(:ids::uuid[])
  union
  select x.conversation_id from crossing x
  where x.workspace_id = :workspace and x.identity_id = any(:identities::uuid[])
)
select c.id, c.number, c.contact_id, c.inbox_id, c.joining_key, c.status, c.resolved_at,
       coalesce(r.identities, '{}'), r.at
from conversation c
left join lateral (
  select array_agg(x.identity_id) as identities, max(x.used_at) as at from crossing x
  where x.workspace_id = :workspace and x.conversation_id = c.id and x.used_at is not null) r on true
where c.workspace_id = :workspace and c.id in (select id from wanted)
order by c.id for no key update of c

-- name: open
-- A key that another worker took at this moment gives no row.
insert into conversation (workspace_id, id, contact_id, inbox_id, channel, joining_key, subject,
                          activity_at, created_at)
select :workspace, g.id, g.contact_id, :inbox, :channel, g.joining_key, g.subject, :now, :now
from unnest(:ids::uuid[], :contacts::uuid[], :keys::text[], :subjects::text[])
  as g(id, contact_id, joining_key, subject)
order by g.joining_key
on conflict (workspace_id, joining_key) where status <> 'resolved' do nothing
returning id

-- name: insert_refs
-- Without a message: a mail that was named and has not come yet. When it comes, it takes its place.
insert into thread_ref (workspace_id, ref, conversation_id, message_id)
select :workspace, g.* from unnest(:refs::text[], :conversations::uuid[], :messages::uuid[])
  as g(ref, conversation_id, message_id)
order by g.ref
on conflict (workspace_id, ref) do update set conversation_id = excluded.conversation_id, message_id = excluded.message_id
where thread_ref.message_id is null and excluded.message_id is not null

-- name: quoted
-- A message named by its id at the outside, by ours, or by the vendor's id of what we sent.
select k.external_id, k.message_id from message_key k
where k.workspace_id = :workspace and k.account_id = :account and k.external_id = any(:names::text[])
union all
select p.external_id, p.message_id from part p
where p.workspace_id = :workspace and p.account_id = :account and p.external_id = any(:names::text[])
union all
select m.id::text, m.id from message m
where m.workspace_id = :workspace and m.id = any(:ids::uuid[])
