-- What arrived, raw: stored at the door, taken by intake, parked when it is not understood.

-- name: store
-- Several accounts at once; what comes back is new.
select id from hilo_store_deliveries(:workspaces::uuid[], :ids::uuid[], :accounts::uuid[],
  :sources::text[], :headers::jsonb[], :bodies::bytea[], :keys::text[])

-- name: pending_accounts
select workspace_id, account_id from hilo_pending_accounts(:most)

-- name: lock_account
-- One worker at a time serves an account; the lock ends with the transaction.
select pg_try_advisory_xact_lock(hashtextextended(:account::uuid::text, 1))

-- name: take
select id, source, headers, body, attempts, received_at from delivery
where workspace_id = :workspace and account_id = :account and state = 'new' and id > :after
order by id limit :most

-- name: take_these
select id, source, headers, body, attempts, received_at from delivery
where workspace_id = :workspace and account_id = :account and state = 'new' and id = any(:ids)
order by id

-- name: ignore_orphans
-- Their account is gone: nobody can understand them any more.
update delivery set state = 'ignored', processed_at = :now
where workspace_id = :workspace and account_id = :account and state = 'new'

-- name: settle
-- Each its own end: done, parked or ignored.
update delivery d set state = g.state, error = g.error, attempts = d.attempts + 1,
                      processed_at = :now
from unnest(:ids::uuid[], :states::text[], :errors::jsonb[]) as g(id, state, error)
where d.workspace_id = :workspace and d.id = g.id

-- name: touch_in
update account set last_in_at = :at
where workspace_id = :workspace and id = :account
  and (last_in_at is null or last_in_at < :at::timestamptz - interval '10 seconds')

-- name: parked
select id, account_id, source, headers, substr(body, 1, 400), octet_length(body), attempts, error,
       received_at
from delivery
where workspace_id = :workspace and state = 'parked'
  and (:before::uuid is null or id < :before)
order by id desc limit :most

-- name: raw
select account_id, headers, body from delivery
where workspace_id = :workspace and id = :id and state = 'parked'

-- name: replay
update delivery set state = 'new', error = null, processed_at = null
where workspace_id = :workspace and id = :id and state = 'parked'

-- name: forget_keys
-- A walk over the account's keys: rare enough to need no index that every delivery would pay for.
delete from delivery_key
where workspace_id = :workspace and account_id = :account and delivery_id <= :up_to
  and (split_part(dedupe_key, ':', 1) = any(:senders) or split_part(dedupe_key, ':', 2) = any(:senders))
returning delivery_id

-- name: forget
delete from delivery where workspace_id = :workspace and id = any(:ids)

-- name: discard
-- The row and its key stay as a memory that it was here, its content goes.
update delivery set state = 'ignored', body = '', headers = '{}', processed_at = :now
where workspace_id = :workspace and id = :id and state = 'parked'
