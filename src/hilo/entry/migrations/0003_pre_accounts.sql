-- Accounts of the sandbox, when credentials end, and addresses that are unique within their channel: a page, a
-- number and a mailbox may be called the same.

alter table account add column is_sandbox bool not null default false;   -- for ever
alter table account add column expires_at timestamptz;                   -- of the credentials, as the vendor says
alter table account add column warned_days int;                          -- the last warning given before that

drop index account_address;
create unique index account_address on account (channel, address) where address is not null and not is_sandbox;
create unique index account_sandbox_address on account (workspace_id, channel, address)
  where address is not null and is_sandbox;

drop function hilo_account(uuid);
create function hilo_account(account uuid)
returns table (workspace_id uuid, id uuid, inbox_id uuid, channel text, name text, address text, settings jsonb,
               secrets bytea, state text, is_sandbox bool)
language sql stable security definer set search_path = public as $$
  select a.workspace_id, a.id, a.inbox_id, a.channel, a.name, a.address, a.settings, a.secrets, a.state, a.is_sandbox
  from account a where a.id = $1
$$;

-- Of the world only: nothing arrives by address in the sandbox.
drop function hilo_account_by_address(text[]);
create function hilo_account_by_address(addresses text[])
returns table (workspace_id uuid, id uuid, address text, state text, channel text)
language sql stable security definer set search_path = public as $$
  select a.workspace_id, a.id, a.address, a.state, a.channel from account a
  where a.address = any($1) and not a.is_sandbox
$$;
create index account_by_address on account (address) where address is not null;

do $$ declare f text; begin
  for f in select p.oid::regprocedure::text from pg_proc p
           where p.pronamespace = 'public'::regnamespace and p.proname in ('hilo_account', 'hilo_account_by_address')
  loop
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to hilo_app', f);
  end loop;
end $$;
