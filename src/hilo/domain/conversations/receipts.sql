-- Receipts. A state only moves forward: queued, sending, uncertain, sent, failed, delivered, read.

-- name: by_name
-- The message a receipt speaks of, by the vendor's id of one of its parts.
select p.external_id, p.message_id from part p
where p.workspace_id = :workspace and p.account_id = :account
  and p.external_id = any(:names::text[])

-- name: by_id
select p.message_id from part p
where p.workspace_id = :workspace and p.account_id = :account
  and p.message_id = any(:ids::uuid[]) and p.number = 1

-- name: lock_names
-- Whoever stores one of these ids at this moment comes before or after: nothing slips between.
select pg_advisory_xact_lock(number) from (
  select distinct hashtextextended(:account::uuid::text || n, 3) as number
  from unnest(:names::text[]) as n order by number) as numbers

-- name: park
insert into early_receipt (workspace_id, account_id, external_id, state, error, at)
select :workspace, :account, * from unnest(:names::text[], :states::text[], :errors::jsonb[],
                                           :ats::timestamptz[])
on conflict do nothing

-- name: take_early
delete from early_receipt
where workspace_id = :workspace and account_id = :account and external_id = :name
returning state, error, at

-- name: settle_parts
-- What was received needs no second sending; only what is not there yet can still fail.
update part p set
  state = case when g.state = 'failed' then 'failed' else 'sent' end,
  error = case when g.state = 'failed' then g.error end
from unnest(:ids::uuid[], :states::text[], :errors::jsonb[]) as g(id, state, error)
join message m on m.workspace_id = :workspace and m.id = g.id
where p.workspace_id = :workspace and p.message_id = g.id
  and (case when g.state = 'failed' then m.state not in ('failed', 'delivered', 'read')
            else p.state <> 'sent' end)

-- name: advance
update message m set state = g.state, error = g.error
from unnest(:ids::uuid[], :states::text[], :errors::jsonb[]) as g(id, state, error)
where m.workspace_id = :workspace and m.id = g.id and m.kind = 'outgoing'
  and array_position(array['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read'], g.state)
    > array_position(array['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read'], m.state)
returning m.id, m.conversation_id, m.state

-- name: seen
-- What the contact has read: sent to this very identity by this account, up to a moment or a place.
select m.id from conversation c
join message m on m.workspace_id = :workspace and m.conversation_id = c.id
where c.workspace_id = :workspace and c.contact_id = :contact
  and m.account_id = :account and m.identity_id = :identity and m.kind = 'outgoing'
  and m.state in ('sent', 'delivered', 'uncertain')
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
