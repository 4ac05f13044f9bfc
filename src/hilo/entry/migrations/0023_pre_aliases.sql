-- More addresses of a mailbox: what is sent to them arrives there, too.

create table account_alias (
  workspace_id uuid not null,
  account_id uuid not null,
  channel text not null,
  address text not null,                          -- lower case, not the account's own
  primary key (workspace_id, account_id, address),
  foreign key (workspace_id, account_id) references account on delete cascade
);
-- Nobody's mail arrives at two desks: an address is one account's, in the whole installation.
create unique index account_alias_address on account_alias (address, channel);

do $$ begin
  alter table account_alias enable row level security;
  alter table account_alias force row level security;
  create policy own on account_alias to hilo_app
    using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace());
  execute format('create policy owner on account_alias to %I using (true) with check (true)', current_user);
  grant select, insert, update, delete on account_alias to hilo_app;
end $$;

insert into account_alias (workspace_id, account_id, channel, address)
select a.workspace_id, a.id, a.channel, n.address
from account a cross join lateral jsonb_array_elements_text(a.settings -> 'aliases') n(address)
where jsonb_typeof(a.settings -> 'aliases') = 'array' and not a.is_sandbox and n.address <> coalesce(a.address, '')
  and not exists (select from account o where o.channel = a.channel and o.address = n.address and not o.is_sandbox)
order by a.created_at, a.id
on conflict do nothing;

-- Whose own address it is goes before whose alias it is.
create or replace function hilo_account_by_address(addresses text[])
returns table (workspace_id uuid, id uuid, address text, state text, channel text)
language sql stable security definer set search_path = public as $$
  select a.workspace_id, a.id, a.address, a.state, a.channel from account a
  where a.address = any($1) and not a.is_sandbox
  union all
  select a.workspace_id, a.id, l.address, a.state, a.channel
  from account_alias l join account a on a.workspace_id = l.workspace_id and a.id = l.account_id
  where l.address = any($1)
    and not exists (select from account o where o.address = l.address and o.channel = l.channel and not o.is_sandbox)
$$;
