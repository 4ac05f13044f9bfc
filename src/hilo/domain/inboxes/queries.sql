-- Inboxes and their accounts.

-- name: inboxes
select id, name, threading, reopen_window_s, created_at, visibility, team_id from inbox
where workspace_id = :workspace order by created_at, id

-- name: inbox
select id, name, threading, reopen_window_s, created_at, visibility, team_id from inbox
where workspace_id = :workspace and id = :inbox

-- name: add_inbox
insert into inbox (workspace_id, id, name, threading, reopen_window_s, visibility, team_id)
values (:workspace, :id, :name, :threading, :reopen_window_s, :visibility, :team)
returning id, name, threading, reopen_window_s, created_at, visibility, team_id

-- name: change_inbox
update inbox set name = :name, threading = :threading, reopen_window_s = :reopen_window_s,
                 visibility = :visibility, team_id = :team
where workspace_id = :workspace and id = :inbox
returning id, name, threading, reopen_window_s, created_at, visibility, team_id

-- name: team_exists
select exists (select 1 from team where workspace_id = :workspace and id = :team)

-- name: inbox_is_used
select exists (select 1 from conversation where workspace_id = :workspace and inbox_id = :inbox)

-- name: delete_inbox
delete from inbox where workspace_id = :workspace and id = :inbox

-- name: accounts
select workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox,
       problem, last_in_at, last_out_at, created_at, expires_at
from account where workspace_id = :workspace order by created_at, id

-- name: account
select workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox,
       problem, last_in_at, last_out_at, created_at, expires_at
from account where workspace_id = :workspace and id = :account

-- name: account_anywhere
-- Before the workspace is known: the doors.
select workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox
from hilo_account(:account)

-- name: mail_way_out
-- The first account with a mail server of its own: mail of the house leaves by it.
select id from account
where workspace_id = :workspace and state = 'active' and coalesce(settings ->> 'smtp_host', '') <> ''
order by created_at, id limit 1

-- name: accounts_by_address
select workspace_id, id, address, state, channel from hilo_account_by_address(:addresses)

-- name: drop_aliases
delete from account_alias
where workspace_id = :workspace and account_id = :account and address <> all(:addresses::text[])

-- name: add_aliases
-- What it has now of these; an address that belongs to another account gives no row.
with added as (
  insert into account_alias (workspace_id, account_id, channel, address)
  select :workspace, :account, :channel, n from unnest(:addresses::text[]) n
  on conflict do nothing returning address)
select address from added
union
select address from account_alias where workspace_id = :workspace and account_id = :account

-- name: sibling
-- Another account of this application.
select workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox,
       problem, last_in_at, last_out_at, created_at, expires_at
from account
where workspace_id = :workspace and channel = :channel and address = :address
  and is_sandbox = :is_sandbox and id <> :account

-- name: accounts_of_channel
select workspace_id, id, state from hilo_accounts_of(:channel)

-- name: add_account
-- An address that belongs to another account gives no row.
insert into account (workspace_id, id, inbox_id, channel, name, address, settings, secrets, is_sandbox)
values (:workspace, :id, :inbox, :channel, :name, :address, :settings, :secrets, :is_sandbox)
on conflict do nothing
returning workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox,
          problem, last_in_at, last_out_at, created_at, expires_at

-- name: change_account
-- What an admin saves clears the problem: the next attempt shows whether it is mended.
update account set name = :name, address = :address, settings = :settings, secrets = :secrets,
                   state = :state, problem = null
where workspace_id = :workspace and id = :account
returning workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox,
          problem, last_in_at, last_out_at, created_at, expires_at

-- name: keep_credentials
-- A new end begins the warnings anew.
update account set secrets = :secrets, expires_at = :expires_at,
                   warned_days = case when expires_at is distinct from :expires_at then null else warned_days end
where workspace_id = :workspace and id = :account
returning workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox,
          problem, last_in_at, last_out_at, created_at, expires_at

-- name: note_warning
update account set warned_days = :days
where workspace_id = :workspace and id = :account and (warned_days is null or warned_days > :days)

-- name: hold_account
update account set state = 'held', problem = :problem
where workspace_id = :workspace and id = :account and state = 'active'
returning workspace_id, id, inbox_id, channel, name, address, settings, secrets, state, is_sandbox,
          problem, last_in_at, last_out_at, created_at, expires_at

-- name: delete_account
delete from account where workspace_id = :workspace and id = :account

-- name: touch_out
-- Every few seconds is exact enough. Who finds the row taken passes by: replies of one account never wait for
-- each other's commit here.
update account set last_out_at = :at
where id in (select id from account where workspace_id = :workspace and id = :account
             and (last_out_at is null or last_out_at < :at::timestamptz - interval '10 seconds')
             for no key update skip locked)

-- name: cursor_get
select value from account_cursor
where workspace_id = :workspace and account_id = :account and key = :key

-- name: cursor_put
insert into account_cursor (workspace_id, account_id, key, value, updated_at)
values (:workspace, :account, :key, :value, :now)
on conflict (workspace_id, account_id, key)
do update set value = excluded.value, updated_at = excluded.updated_at

-- name: suppress
-- Addresses that will never accept mail.
insert into suppression (workspace_id, address, reason)
select :workspace, * from unnest(:addresses::text[], :reasons::text[])
on conflict do nothing
