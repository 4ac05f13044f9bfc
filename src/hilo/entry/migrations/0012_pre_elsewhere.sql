-- Conversations that go on elsewhere, and who is one person: proposed, joined, parted again.

-- ------------------------------------------------------------------ contacts

-- What somebody said is its own and was another's: no proof, but worth a proposal.
create table identity_claim (
  workspace_id uuid not null,
  contact_id uuid not null,
  kind text not null check (kind in ('email', 'phone')),
  value text not null check (length(value) between 1 and 500),
  at timestamptz not null default now(),
  primary key (workspace_id, contact_id, kind, value),
  foreign key (workspace_id, contact_id) references contact on delete cascade
);
create index identity_claim_value on identity_claim (workspace_id, kind, value);

alter table identity add column by_code bool not null default false;  -- whose it is was proven by a code alone

-- The workspace's own facts of a contact as texts, for whoever names one of them: an order number.
create function hilo_facts(jsonb) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(lower(value)), '{}') from pg_catalog.jsonb_each_text($1)
  where length(value) between 4 and 60
$$;
create index contact_facts on contact using gin (hilo_facts(attributes)) where merged_into is null;

-- ------------------------------------------------------------------ conversations

-- Codes with which a conversation goes on elsewhere: the first message with one lands in it.
create table crossing (
  workspace_id uuid not null,
  id uuid not null,
  code_hash bytea not null,
  conversation_id uuid not null,
  account_id uuid not null,                                     -- where it leads
  by jsonb not null,                                            -- who asked
  expires_at timestamptz not null,
  used_at timestamptz,
  identity_id uuid,                                             -- who came with it
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, code_hash),
  foreign key (workspace_id, conversation_id) references conversation on delete cascade,
  foreign key (workspace_id, account_id) references account on delete cascade
);
create index crossing_conversation on crossing (workspace_id, conversation_id, created_at);
create index crossing_identity on crossing (workspace_id, identity_id, used_at) where identity_id is not null;

-- Codes that led nowhere, for the throttle.
create table crossing_miss (
  workspace_id uuid not null,
  identity_id uuid not null,
  at timestamptz not null,
  foreign key (workspace_id, identity_id) references identity on delete cascade
);
create index crossing_miss_identity on crossing_miss (workspace_id, identity_id, at);

-- Contacts that were joined or parted, with what it takes to undo it.
create table contact_link (
  workspace_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('merge', 'unlink')),
  from_id uuid not null,                                        -- what it was taken from
  into_id uuid not null,                                        -- whose it is since
  reason text not null default '',
  moved jsonb not null,
  by jsonb not null,
  at timestamptz not null,
  undone_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, from_id) references contact on delete cascade,
  foreign key (workspace_id, into_id) references contact on delete cascade
);
create index contact_link_from on contact_link (workspace_id, from_id, id);
create index contact_link_into on contact_link (workspace_id, into_id, id);

-- Two contacts somebody said are two persons, and the reasons known then. one_id is the lower id.
create table likeness_dismissal (
  workspace_id uuid not null,
  one_id uuid not null,
  other_id uuid not null,
  reasons text[] not null,
  by jsonb not null,
  at timestamptz not null,
  primary key (workspace_id, one_id, other_id),
  foreign key (workspace_id, one_id) references contact on delete cascade,
  foreign key (workspace_id, other_id) references contact on delete cascade
);
create index likeness_dismissal_other on likeness_dismissal (workspace_id, other_id);

do $$ declare t text; begin
  foreach t in array array['identity_claim', 'crossing', 'crossing_miss', 'contact_link', 'likeness_dismissal'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own on %I to hilo_app using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace())', t);
    execute format('create policy owner on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert, update, delete on %I to hilo_app', t);
  end loop;
end $$;

-- Who has one of these facts, or this whole name. Row-level security keeps the indexes from us: so it is the
-- definer's, for the workspace of the transaction alone.
create function hilo_contacts_alike(facts text[], name text, most int)
returns table (id uuid) language sql stable security definer set search_path = public, pg_catalog as $$
  (select c.id from contact c where c.workspace_id = hilo_workspace() and c.merged_into is null
     and hilo_facts(c.attributes) && $1 limit $3)
  union
  (select c.id from contact c where c.workspace_id = hilo_workspace() and c.merged_into is null
     and $2 <> '' and hilo_fold(c.name) = hilo_fold($2) limit $3)
$$;
revoke execute on function hilo_contacts_alike(text[], text, int) from public;
grant execute on function hilo_contacts_alike(text[], text, int) to hilo_app;
