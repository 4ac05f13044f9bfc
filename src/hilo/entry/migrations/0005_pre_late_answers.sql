-- ------------------------------------------------------------------ conversations

-- Messages that came before the one they answer, by its name at the outside; dropped after thirty days.
create table awaited_message (
  workspace_id uuid not null,
  account_id uuid not null,
  external_id text not null,
  message_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, account_id, external_id, message_id)
);
create index awaited_message_age on awaited_message (created_at);
alter table awaited_message enable row level security;
alter table awaited_message force row level security;
create policy own on awaited_message to hilo_app
  using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace());
do $$ begin
  execute format('create policy owner on awaited_message to %I using (true) with check (true)', current_user);
end $$;
grant select, insert, update, delete on awaited_message to hilo_app;

create or replace function hilo_tidy() returns int language sql
  security definer set search_path = public, pg_catalog as $$
  with receipts as (delete from early_receipt where created_at < now() - interval '7 days' returning 1),
  answers as (delete from idempotency where created_at < now() - interval '2 days' returning 1),
  mails as (delete from caught_mail where at < now() - interval '30 days' returning 1),
  resets as (delete from password_reset where expires_at < now() - interval '7 days' returning 1),
  sessions as (delete from session where expires_at < now() - interval '7 days' returning 1),
  awaited as (delete from awaited_message where created_at < now() - interval '30 days' returning 1)
  select ((select count(*) from receipts) + (select count(*) from answers) + (select count(*) from mails)
        + (select count(*) from resets) + (select count(*) from sessions) + (select count(*) from awaited))::int
$$;
