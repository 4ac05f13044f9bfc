-- What agents write and do again and again.

-- ------------------------------------------------------------------ automation

create table macro (
  workspace_id uuid not null references workspace,
  id uuid not null,
  agent_id uuid,                                                -- null: the whole workspace's
  name text not null check (length(name) between 1 and 80),
  text text not null default '',
  acts jsonb not null default '[]',                             -- of automation.acts
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, agent_id) references agent on delete cascade
);
create unique index macro_name on macro
  (workspace_id, coalesce(agent_id, '00000000-0000-0000-0000-000000000000'), lower(name));

-- Who uses what how often.
create table macro_use (
  workspace_id uuid not null,
  agent_id uuid not null,
  macro_id uuid not null,
  count int not null,
  used_at timestamptz not null,
  primary key (workspace_id, agent_id, macro_id),
  foreign key (workspace_id, agent_id) references agent on delete cascade,
  foreign key (workspace_id, macro_id) references macro on delete cascade
);
create index macro_use_of on macro_use (workspace_id, macro_id);

do $$ declare t text; begin
  foreach t in array array['macro', 'macro_use'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own on %I to hilo_app using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace())', t);
    execute format('create policy owner on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert, update, delete on %I to hilo_app', t);
  end loop;
end $$;
