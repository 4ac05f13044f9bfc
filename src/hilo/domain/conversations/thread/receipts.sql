-- Receipts. A state only moves forward: queued, sending, uncertain, sent, failed, delivered, read.

-- name: by_name
-- The part a receipt speaks of, by the vendor's id.
select p.external_id, p.message_id, p.number, p.slice is not null from part p
where p.workspace_id = :workspace and p.account_id = :account
  and p.external_id = any(:names::text[])

-- name: by_id
select p.message_id, bool_or(p.slice is not null) from part p
where p.workspace_id = :workspace and p.account_id = :account
  and p.message_id = any(:ids::uuid[])
group by p.message_id

-- name: lock_names
-- Whoever stores one of these ids at this moment comes before or after: nothing slips between.
select pg_advisory_xact_lock(number) from (
  select distinct hashtextextended(:account::uuid::text || n, 3) as number
  from unnest(:names::text[]) as n order by number) as numbers

-- name: park
-- Of changes the last one counts.
insert into early_receipt (workspace_id, account_id, external_id, state, error, at, change)
select distinct on (n.name, n.state)
       :workspace, :account, n.name, n.state, n.error, n.at, n.change
from unnest(:names::text[], :states::text[], :errors::jsonb[], :ats::timestamptz[], :changes::jsonb[])
  with ordinality as n(name, state, error, at, change, place)
order by n.name, n.state, n.place desc
on conflict (workspace_id, account_id, external_id, state)
do update set at = excluded.at, change = excluded.change where excluded.change is not null

-- name: take_early
delete from early_receipt
where workspace_id = :workspace and account_id = :account and external_id = any(:names::text[])
returning external_id, state, error, at, change

-- name: hold
-- Before parts of one message move: who derives its state must see all of them.
select id from message
where workspace_id = :workspace and id = any(:ids::uuid[])
order by id for no key update

-- name: move_parts
-- number: null moves every part of the message.
update part p set state = g.state, error = g.error
from unnest(:ids::uuid[], :numbers::int[], :states::text[], :errors::jsonb[]) as g(id, number, state, error)
where p.workspace_id = :workspace and p.message_id = g.id and (g.number is null or p.number = g.number)
  and array_position(array['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read'], g.state)
    > array_position(array['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read'], p.state)
returning p.message_id

-- name: derive
-- A message stands where the least of its parts does.
update message m set state = d.state, error = d.error, parts = d.parts
from (
  select p.message_id,
         case when bool_or(p.state = 'failed') then 'failed'
              when bool_or(p.state = 'uncertain') then 'uncertain'
              when bool_and(p.state = 'queued') then 'queued'
              when bool_or(p.state in ('queued', 'sending')) then 'sending'
              when bool_or(p.state = 'sent') then 'sent'
              when bool_or(p.state = 'delivered') then 'delivered' else 'read' end as state,
         (array_agg(p.error order by array_position(array['failed', 'uncertain', 'queued'], p.state), p.number)
            filter (where p.error is not null))[1] as error,
         case when count(*) = 1 then '[]'::jsonb else jsonb_agg(jsonb_build_object(
           'number', p.number, 'state', p.state, 'error', p.error,
           'text', left(coalesce(p.slice ->> 'text', ''), 140),
           'files', coalesce(p.slice -> 'files', '[]'::jsonb)) order by p.number) end as parts
  from part p where p.workspace_id = :workspace and p.message_id = any(:ids::uuid[])
  group by p.message_id) d
where m.workspace_id = :workspace and m.id = d.message_id and m.kind = 'outgoing'
  -- Says again which ones, so that the plan names their months only.
  and m.id = any(:ids::uuid[])
  and (m.state <> d.state or m.error is distinct from d.error or m.parts <> d.parts)
returning m.id, m.conversation_id, m.state, m.error, m.parts

-- name: seen
-- What the contact has received or read: parts sent to this very identity by this account, up to a
-- moment or a place, and not that far yet. A moment proves nothing of a part that may never have
-- arrived, so what is uncertain stays so.
select p.message_id, p.number, p.slice is not null from conversation c
join message m on m.workspace_id = :workspace and m.conversation_id = c.id
join part p on p.workspace_id = :workspace and p.message_id = m.id
where c.workspace_id = :workspace and c.contact_id = :contact
  and m.account_id = :account and m.identity_id = :identity and m.kind = 'outgoing'
  and p.state in ('sent', case when :state = 'read' then 'delivered' end)
  and m.seq > c.last_seq - 500
  and (:until::timestamptz is null or m.at <= :until)
  and (:seq::int is null or (m.seq <= :seq and c.id = (
    select l.id from conversation l
    where l.workspace_id = :workspace and l.contact_id = :contact
    order by l.activity_at desc, l.id desc limit 1)))

-- name: notice
update message set meta = meta || jsonb_build_object('notice', :notice::text)
where workspace_id = :workspace and id = :message and kind = 'outgoing'
returning id, conversation_id, state
