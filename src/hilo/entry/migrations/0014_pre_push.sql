-- Visitors may be called in their browser when an agent has answered.

-- ------------------------------------------------------------------ notifications

-- It hangs on the browser's identity: forgotten with it, moved with it.
create table push_subscription (
  workspace_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  identity_id uuid not null,
  endpoint text not null check (length(endpoint) between 1 and 2000),
  public_key bytea not null check (length(public_key) = 65),
  auth bytea not null check (length(auth) = 16),
  page text not null default '' check (length(page) <= 2000),   -- where the chat was; opened when it is tapped
  locale text not null default 'en',
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, account_id, endpoint),
  foreign key (workspace_id, account_id) references account on delete cascade,
  foreign key (workspace_id, identity_id) references identity on delete cascade
);
create index push_subscription_of on push_subscription (workspace_id, identity_id, created_at desc);

do $$ begin
  alter table push_subscription enable row level security;
  alter table push_subscription force row level security;
  create policy own on push_subscription to hilo_app
    using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace());
  execute format('create policy owner on push_subscription to %I using (true) with check (true)', current_user);
  grant select, insert, update, delete on push_subscription to hilo_app;
end $$;
