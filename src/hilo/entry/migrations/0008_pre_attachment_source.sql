-- ------------------------------------------------------------------ conversations

-- Where a file that is not here yet can be fetched from; gone once it is. Never shown: an address may hold a key.
create table attachment_source (
  workspace_id uuid not null,
  attachment_id uuid not null,
  account_id uuid not null,
  url text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, attachment_id)
);
alter table attachment_source enable row level security;
alter table attachment_source force row level security;
create policy own on attachment_source to hilo_app
  using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace());
do $$ begin
  execute format('create policy owner on attachment_source to %I using (true) with check (true)', current_user);
end $$;
grant select, insert, update, delete on attachment_source to hilo_app;
