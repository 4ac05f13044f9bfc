-- Who comes into a shop: visits, and the queue in which they wait for their turn.

-- ------------------------------------------------------------------ visits

-- One row for each shop (an account): whoever changes its queue holds it, so that numbers and places are exact.
create table shop_queue (
  workspace_id uuid not null,
  account_id uuid not null,
  is_open bool not null default true,
  day date not null default '-infinity',                        -- the shop's own, of last_number
  last_number int not null default 0,
  last_rank bigint not null default 0,                          -- the end of the queue
  first_rank bigint not null default 0,                         -- its beginning
  primary key (workspace_id, account_id),
  foreign key (workspace_id, account_id) references account on delete cascade
);

-- Whose it is says its conversation, which moves with the contact.
create table visit (
  workspace_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,                                     -- what it was about; it goes with it
  visitor uuid not null,                                        -- the browser that took the turn
  client_id text not null check (length(client_id) between 1 and 100),
  day date not null,
  number int not null check (number > 0),
  name text not null default '' check (length(name) <= 100),
  topic text not null default '' check (length(topic) <= 200),
  state text not null default 'waiting'
    check (state in ('waiting', 'called', 'serving', 'served', 'left', 'no_show')),
  rank bigint not null,                                         -- the order of those who wait
  counter text not null default '' check (length(counter) <= 60),
  agent_id uuid,                                                -- who called or serves
  calls int not null default 0,
  is_picked_up bool not null default false,                     -- the kiosk's turn went on to a phone
  joined_at timestamptz not null default now(),
  called_at timestamptz,
  began_at timestamptz,
  ended_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, account_id, visitor, client_id),        -- a turn is taken once
  unique (workspace_id, account_id, day, number),
  foreign key (workspace_id, account_id) references account on delete cascade,
  foreign key (workspace_id, conversation_id) references conversation on delete cascade,
  foreign key (workspace_id, agent_id) references agent
);
create index visit_here on visit (workspace_id, account_id, rank) where state in ('waiting', 'called', 'serving');
create index visit_over on visit (workspace_id, account_id, ended_at desc, id desc) where ended_at is not null;
create index visit_conversation on visit (workspace_id, conversation_id);

do $$ declare t text; begin
  foreach t in array array['shop_queue', 'visit'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own on %I to hilo_app using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace())', t);
    execute format('create policy owner on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert, update, delete on %I to hilo_app', t);
  end loop;
end $$;
