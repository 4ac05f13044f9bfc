-- What channels can do beside text: structured contents, reactions, edits, parts with a state of their own,
-- consent, approved templates.

-- ------------------------------------------------------------------ conversations

alter table message
  add column content jsonb,                                     -- of sdk.content
  add column reactions jsonb not null default '[]',             -- [{emoji, author, at}], one for each author
  add column edited_at timestamptz,
  add column deleted_at timestamptz,
  add column parts jsonb not null default '[]';                 -- mirrors part, where there are several

alter table part add column slice jsonb;                        -- null: the whole message
alter table part drop constraint part_state_check;
alter table part add constraint part_state_check
  check (state in ('queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read'));
-- A part knows now how far it came; until now only its message did.
update part p set state = m.state from message m
where m.workspace_id = p.workspace_id and m.id = p.message_id and p.state = 'sent'
  and m.state in ('delivered', 'read');

-- Edits, deletions and reactions wait for their message as receipts do.
alter table early_receipt add column change jsonb;

create table message_edit (
  workspace_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  text text not null,                                           -- as it was before
  at timestamptz not null,
  primary key (workspace_id, id)
);
create index message_edit_of on message_edit (workspace_id, message_id, id);

-- ------------------------------------------------------------------ contacts

-- What an address allows or forbids; no row: nothing was said.
create table consent (
  workspace_id uuid not null,
  identity_id uuid not null,
  topic text not null check (topic in ('all', 'marketing')),
  is_given bool not null,
  at timestamptz not null,
  primary key (workspace_id, identity_id, topic),
  foreign key (workspace_id, identity_id) references identity on delete cascade
);

-- ------------------------------------------------------------------ inboxes

-- Texts a vendor has approved, as it last told.
create table template (
  workspace_id uuid not null,
  account_id uuid not null,
  name text not null check (length(name) between 1 and 512),
  language text not null check (length(language) between 1 and 35),
  status text not null check (status in ('approved', 'pending', 'rejected', 'paused', 'disabled')),
  category text not null default '',
  body text not null default '',
  footer text not null default '',
  header text not null default '',
  header_text text not null default '',
  buttons text[] not null default '{}',
  variables text[] not null default '{}',
  example jsonb not null default '{}',
  reason text not null default '',
  synced_at timestamptz not null default now(),
  primary key (workspace_id, account_id, name, language),
  foreign key (workspace_id, account_id) references account on delete cascade
);

do $$ declare t text; begin
  foreach t in array array['message_edit', 'consent', 'template'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own on %I to hilo_app using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace())', t);
    execute format('create policy owner on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert, update, delete on %I to hilo_app', t);
  end loop;
end $$;

-- Whose outcome an echo may settle.
create index part_unsettled on part (account_id, attempted_at) where state in ('sending', 'uncertain');
