-- The first schema. Run as the owner (the user of DATABASE_URL); the role hilo_app exists already.
-- Every tenant table names workspace_id first in its key; row-level security is switched on at the end
-- for each of them. What must look across workspaces is a SECURITY DEFINER function in 0001 and nowhere else.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- ------------------------------------------------------------------ people

create table workspace (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  locale text not null default 'en' check (locale in ('en', 'es', 'pt')),
  settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

-- A person's login: unique per installation, an agent row per workspace.
create table login (
  id uuid primary key,
  email text not null unique check (email = lower(email)),
  password_hash text,
  created_at timestamptz not null default now(),
  password_changed_at timestamptz
);

create table agent (
  workspace_id uuid not null references workspace,
  id uuid not null,
  login_id uuid not null references login,
  name text not null check (length(name) between 1 and 200),
  email text not null,
  role text not null check (role in ('owner', 'admin', 'agent')),
  locale text not null default 'en' check (locale in ('en', 'es', 'pt')),
  preferences jsonb not null default '{}',
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, login_id)
);

create table session (
  workspace_id uuid not null,
  id uuid not null,
  token_hash bytea not null unique,
  login_id uuid not null references login,
  agent_id uuid not null,
  csrf_token text not null,
  user_agent text not null default '',
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, agent_id) references agent on delete cascade
);
create index session_login on session (login_id);              -- log-out everywhere

create table api_token (
  workspace_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  name text not null,
  prefix text not null,
  token_hash bytea not null unique,
  scopes text[] not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, agent_id) references agent on delete cascade
);

create table invitation (
  workspace_id uuid not null references workspace,
  id uuid not null,
  email text not null check (email = lower(email)),
  name text not null default '',
  role text not null check (role in ('owner', 'admin', 'agent')),
  token_hash bytea not null unique,
  invited_by uuid not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

create table password_reset (
  id uuid primary key,
  login_id uuid not null references login on delete cascade,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);

-- Failed sign-ins by a hash of address or e-mail, for the throttle.
create table sign_in_failure (
  key text not null,
  at timestamptz not null default now()
);
create index sign_in_failure_key on sign_in_failure (key, at);

create table team (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);
create table team_member (
  workspace_id uuid not null,
  team_id uuid not null,
  agent_id uuid not null,
  primary key (workspace_id, team_id, agent_id),
  foreign key (workspace_id, team_id) references team on delete cascade,
  foreign key (workspace_id, agent_id) references agent on delete cascade
);

-- Answers of POSTs that carried an Idempotency-Key, kept a day.
create table idempotency (
  workspace_id uuid not null references workspace,
  caller uuid not null,                                         -- agent or token
  key text not null check (length(key) between 1 and 255),
  request_hash bytea not null,
  status int,                                                   -- null while the first still runs
  body bytea,
  created_at timestamptz not null default now(),
  primary key (workspace_id, caller, key)
);
create index idempotency_age on idempotency (created_at);

-- ------------------------------------------------------------------ library

create table tag (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null check (length(name) between 1 and 60),
  color text not null default 'grey',
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create unique index tag_name on tag (workspace_id, lower(name));

create table file (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null,
  media_type text not null,                                     -- by content, never by name
  size_bytes bigint not null,
  sha256 bytea not null,
  store_key text not null,
  width int,
  height int,
  uploaded_by uuid,                                             -- agent; null when it arrived
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

-- Rows the demo made, so that dropping it spares what people added.
create table demo_row (
  workspace_id uuid not null references workspace,
  table_name text not null,
  row_id uuid not null,
  primary key (workspace_id, table_name, row_id)
);

-- ------------------------------------------------------------------ inboxes

create table inbox (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  threading text check (threading in ('contact_inbox', 'mail_thread', 'contact')), -- null: the channel's default
  reopen_window_s int not null default 604800 check (reopen_window_s >= 0),
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

create table account (
  workspace_id uuid not null,
  id uuid not null,
  inbox_id uuid not null,
  channel text not null,
  name text not null default '',
  address text check (address = lower(address)),                -- the mailbox, where the channel has one
  settings jsonb not null default '{}',
  secrets bytea not null,                                       -- sealed by kit.crypto
  state text not null default 'active' check (state in ('active', 'held', 'off')),
  problem jsonb,
  last_in_at timestamptz,
  last_out_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (id),
  foreign key (workspace_id, inbox_id) references inbox on delete cascade
);
create unique index account_address on account (address) where address is not null;
create index account_inbox on account (workspace_id, inbox_id);

-- Where a held connection stopped reading (IMAP: folder, UIDVALIDITY, UID).
create table account_cursor (
  workspace_id uuid not null,
  account_id uuid not null,
  key text not null,
  value jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (workspace_id, account_id, key),
  foreign key (workspace_id, account_id) references account on delete cascade
);

-- One raw request or mail as it arrived. Partitioned by month on the UUIDv7.
create table delivery (
  workspace_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  source text not null check (source in ('hook', 'mail', 'chat')),
  headers jsonb not null default '{}',
  body bytea not null,
  state text not null default 'new' check (state in ('new', 'done', 'parked', 'ignored')),
  attempts int not null default 0,
  error jsonb,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  primary key (workspace_id, id)
) partition by range (id);
create table delivery_rest partition of delivery default;
create index delivery_pending on delivery (account_id, id) where state = 'new';
create index delivery_parked on delivery (workspace_id, id) where state = 'parked';

-- The door's memory: unique for ever, so it is not partitioned.
create table delivery_key (
  account_id uuid not null,
  dedupe_key text not null,
  workspace_id uuid not null,
  delivery_id uuid not null,
  primary key (account_id, dedupe_key)
);

-- Mail that has no outgoing server ends here and never leaves the machine.
create table caught_mail (
  workspace_id uuid not null references workspace,
  id uuid not null,
  account_id uuid,
  mail_from text not null,
  rcpt_to text[] not null,
  subject text not null default '',
  raw bytea not null,
  at timestamptz not null default now(),
  primary key (workspace_id, id)
);

-- Addresses that bounced for good.
create table suppression (
  workspace_id uuid not null references workspace,
  address text not null,
  reason text not null,
  at timestamptz not null default now(),
  primary key (workspace_id, address)
);

-- ------------------------------------------------------------------ contacts

create table contact (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null default '',
  locale text not null default '',
  time_zone text not null default '',
  attributes jsonb not null default '{}',
  blocked_at timestamptz,
  merged_into uuid,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index contact_merged on contact (workspace_id, merged_into) where merged_into is not null; -- the timeline
create index contact_recent on contact (workspace_id, updated_at desc, id desc) where merged_into is null;

-- scope: the account for visitor and external ids, the nil UUID for e-mail and phone.
create table identity (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  kind text not null check (kind in ('email', 'phone', 'visitor', 'external')),
  scope uuid not null default '00000000-0000-0000-0000-000000000000',
  value text not null check (length(value) between 1 and 500),
  verified bool not null default false,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, kind, scope, value),
  foreign key (workspace_id, contact_id) references contact
);
create index identity_contact on identity (workspace_id, contact_id);

-- ------------------------------------------------------------------ conversations

create sequence conversation_number;

create table conversation (
  workspace_id uuid not null references workspace,
  id uuid not null,
  number bigint not null default nextval('conversation_number'),
  contact_id uuid not null,
  inbox_id uuid not null,                                       -- where it began
  channel text not null,                                        -- of the last message
  joining_key text,                                             -- unique while not resolved
  subject text not null default '',
  status text not null default 'open' check (status in ('open', 'pending', 'snoozed', 'resolved')),
  assignee_id uuid,
  team_id uuid,
  tag_ids uuid[] not null default '{}',                         -- mirrors conversation_tag
  snoozed_until timestamptz,                                    -- null while snoozed: until a reply
  woken_at timestamptz,                                         -- "back from snooze" mark
  last_seq int not null default 0,
  last_incoming_seq int not null default 0,
  read_seq int not null default 0,                              -- highest any agent has read
  unread bool generated always as (last_incoming_seq > read_seq) stored,
  last_message jsonb,                                           -- {id, kind, author, preview, at}
  waiting_since timestamptz,                                    -- customer waits since
  activity_at timestamptz not null default now(),               -- the lists' order
  version int not null default 1,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, number),
  foreign key (workspace_id, contact_id) references contact,
  foreign key (workspace_id, inbox_id) references inbox,
  foreign key (workspace_id, assignee_id) references agent,
  foreign key (workspace_id, team_id) references team
) with (fillfactor = 85);
create unique index conversation_joining on conversation (workspace_id, joining_key) where status <> 'resolved';
create index conversation_rejoin on conversation (workspace_id, joining_key, resolved_at) where status = 'resolved';
create index conversation_all on conversation (workspace_id, activity_at desc, id desc);
create index conversation_status on conversation (workspace_id, status, activity_at desc, id desc);
create index conversation_assignee on conversation (workspace_id, assignee_id, status, activity_at desc, id desc);
create index conversation_inbox on conversation (workspace_id, inbox_id, status, activity_at desc, id desc);
create index conversation_contact on conversation (workspace_id, contact_id, activity_at desc, id desc);
create index conversation_unread on conversation (workspace_id, activity_at desc, id desc) where unread;
create index conversation_due on conversation (snoozed_until) where status = 'snoozed';

create table conversation_tag (
  workspace_id uuid not null,
  tag_id uuid not null,
  conversation_id uuid not null,
  primary key (workspace_id, tag_id, conversation_id),
  foreign key (workspace_id, tag_id) references tag on delete cascade,
  foreign key (workspace_id, conversation_id) references conversation on delete cascade
);
create index conversation_tag_back on conversation_tag (workspace_id, conversation_id);

-- A mail's Message-IDs, ours and theirs, so that an answer finds its conversation.
create table thread_ref (
  workspace_id uuid not null,
  ref text not null,
  conversation_id uuid not null,
  message_id uuid,
  primary key (workspace_id, ref),
  foreign key (workspace_id, conversation_id) references conversation on delete cascade
);
create index thread_ref_conversation on thread_ref (workspace_id, conversation_id, message_id);

-- Text search: three stemmers without stop words (all words must match), accents ignored. People write
-- "informacao" and "informacion" too, and the stemmers know those endings by their accents only: so all
-- accents go, and then the endings get theirs back, Portuguese plurals in -oes as their singular.
create text search dictionary hilo_es_stem (template = snowball, language = spanish);
create text search dictionary hilo_pt_stem (template = snowball, language = portuguese);
create text search dictionary hilo_en_stem (template = snowball, language = english);
create text search configuration hilo_es (copy = simple);
alter text search configuration hilo_es alter mapping for
  hword, hword_part, word, asciihword, asciiword, hword_asciipart with hilo_es_stem;
create text search configuration hilo_pt (copy = simple);
alter text search configuration hilo_pt alter mapping for
  hword, hword_part, word, asciihword, asciiword, hword_asciipart with hilo_pt_stem;
create text search configuration hilo_en (copy = simple);
alter text search configuration hilo_en alter mapping for
  hword, hword_part, word, asciihword, asciiword, hword_asciipart with hilo_en_stem;

-- No function here sets its search_path (it would cost more than the work): all names are in full.
create function hilo_tsv(text) returns tsvector language plpgsql immutable parallel safe as $$
declare bare text := lower(public.unaccent('public.unaccent', left($1, 100000)));
begin
  return to_tsvector('public.hilo_es', regexp_replace(bare, '([cs])ion\M', '\1ión', 'g'))
      || to_tsvector('public.hilo_pt', regexp_replace(bare, '(oes|ao)\M', 'ão', 'g'))
      || to_tsvector('public.hilo_en', bare);
end $$;
-- One word as any of the three languages would have it. Empty when there is nothing to look for.
create function hilo_word(text) returns tsquery language plpgsql immutable parallel safe as $$
declare bare text := lower(public.unaccent('public.unaccent', left($1, 100000)));
        es tsquery := plainto_tsquery('public.hilo_es', regexp_replace(bare, '([cs])ion\M', '\1ión', 'g'));
        pt tsquery := plainto_tsquery('public.hilo_pt', regexp_replace(bare, '(oes|ao)\M', 'ão', 'g'));
        en tsquery := plainto_tsquery('public.hilo_en', bare);
begin
  if pt <> es then es := es || pt; end if;
  if en <> es and en <> pt then es := es || en; end if;
  return es;
end $$;
-- lower and without accents: what trigrams compare.
create function hilo_fold(text) returns text language plpgsql immutable parallel safe as $$
begin return lower(public.unaccent('public.unaccent', $1)); end $$;

create index contact_name_trgm on contact using gin (hilo_fold(name) gin_trgm_ops);
create index identity_value_trgm on identity using gin (value gin_trgm_ops);

create table message (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  seq int not null,
  kind text not null check (kind in ('incoming', 'outgoing', 'note', 'activity')),
  channel text not null,
  inbox_id uuid not null,
  account_id uuid,
  identity_id uuid,                                             -- from whom or to whom
  author_kind text not null check (author_kind in ('contact', 'agent', 'system')),
  author_id uuid,
  author_name text not null default '',
  subject text not null default '',
  text text not null default '',
  html text,                                                    -- sanitised
  quoted text,                                                  -- what the mail repeats, folded away
  reply_to uuid,                                                -- the message it quotes
  attachments jsonb not null default '[]',
  meta jsonb not null default '{}',                             -- to, cc, bcc, warnings, automatic; activity: code, params
  state text not null check (state in ('received', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'uncertain', 'stored')),
  error jsonb,
  client_id text,
  external_id text,
  at timestamptz not null,                                      -- the provider's time, else ours
  created_at timestamptz not null default now(),
  search tsvector generated always as (hilo_tsv(subject || ' ' || text)) stored,
  primary key (workspace_id, id)
) partition by range (id);
create table message_rest partition of message default;
create unique index message_seq on message (workspace_id, conversation_id, seq, id);
create index message_search on message using gin (search);
create index message_trgm on message using gin (hilo_fold(left(subject || ' ' || text, 2000)) gin_trgm_ops);

-- Unique for ever, across partitions.
create table message_key (
  account_id uuid not null,
  external_id text not null,
  workspace_id uuid not null,
  message_id uuid not null,
  primary key (account_id, external_id)
);
create table message_client (
  workspace_id uuid not null,
  conversation_id uuid not null,
  client_id text not null check (length(client_id) between 1 and 100),
  message_id uuid not null,
  primary key (workspace_id, conversation_id, client_id)
);

-- The outbox: one row per call to a vendor.
create table part (
  workspace_id uuid not null,
  message_id uuid not null,
  number int not null,
  account_id uuid not null,
  conversation_id uuid not null,
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed', 'uncertain')),
  external_id text,
  attempts int not null default 0,
  attempted_at timestamptz,                                     -- written before the call
  due_at timestamptz not null default now(),
  error jsonb,
  created_at timestamptz not null default now(),
  primary key (workspace_id, message_id, number)
);
create index part_waiting on part (workspace_id, conversation_id, message_id) where state in ('queued', 'sending');
create index part_due on part (due_at) where state in ('queued', 'sending');
create unique index part_external on part (account_id, external_id) where external_id is not null;

-- Receipts that came before the id they speak of; dropped after seven days.
create table early_receipt (
  workspace_id uuid not null,
  account_id uuid not null,
  external_id text not null,
  state text not null,
  error jsonb,
  at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, account_id, external_id, state)
);

create table read_mark (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  seq int not null,
  at timestamptz not null default now(),
  primary key (workspace_id, agent_id, conversation_id),
  foreign key (workspace_id, agent_id) references agent on delete cascade,
  foreign key (workspace_id, conversation_id) references conversation on delete cascade
);

create table draft (
  workspace_id uuid not null,
  conversation_id uuid not null,
  agent_id uuid not null,
  kind text not null check (kind in ('reply', 'note')),
  text text not null,
  meta jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (workspace_id, conversation_id, agent_id, kind),
  foreign key (workspace_id, agent_id) references agent on delete cascade,
  foreign key (workspace_id, conversation_id) references conversation on delete cascade
);

-- Counts: a total per view plus what changed since it was folded. Exact at any moment: total + sum of deltas.
-- agent_id is the nil UUID where the view is everybody's. Views: open, unassigned, unread, mine, mine_unread.
create table count_total (
  workspace_id uuid not null,
  view text not null,
  agent_id uuid not null,
  value bigint not null,
  primary key (workspace_id, view, agent_id)
);
create table count_delta (
  workspace_id uuid not null,
  id bigint generated always as identity,
  view text not null,
  agent_id uuid not null,
  delta int not null,
  primary key (workspace_id, id)
);

create function hilo_count_rows(c conversation, sign int)
returns table (view text, agent_id uuid, delta int) language sql immutable as $$
  select v.view, v.agent_id, sign from (values
    ('open', '00000000-0000-0000-0000-000000000000'::uuid, c.status = 'open'),
    ('unassigned', '00000000-0000-0000-0000-000000000000'::uuid, c.status = 'open' and c.assignee_id is null),
    ('unread', '00000000-0000-0000-0000-000000000000'::uuid, c.status = 'open' and c.last_incoming_seq > c.read_seq),
    ('mine', c.assignee_id, c.status = 'open' and c.assignee_id is not null),
    ('mine_unread', c.assignee_id, c.status = 'open' and c.assignee_id is not null and c.last_incoming_seq > c.read_seq)
  ) v(view, agent_id, counts) where v.counts
$$;

create function hilo_count_inserted() returns trigger language plpgsql as $$ begin
  insert into count_delta (workspace_id, view, agent_id, delta)
    select n.workspace_id, r.view, r.agent_id, sum(r.delta)
    from new_rows n, lateral hilo_count_rows(n::conversation, 1) r
    group by 1, 2, 3 having sum(r.delta) <> 0;
  return null;
end $$;
create function hilo_count_deleted() returns trigger language plpgsql as $$ begin
  insert into count_delta (workspace_id, view, agent_id, delta)
    select o.workspace_id, r.view, r.agent_id, sum(r.delta)
    from old_rows o, lateral hilo_count_rows(o::conversation, -1) r
    group by 1, 2, 3 having sum(r.delta) <> 0;
  return null;
end $$;
create function hilo_count_updated() returns trigger language plpgsql as $$ begin
  insert into count_delta (workspace_id, view, agent_id, delta)
    select u.workspace_id, u.view, u.agent_id, sum(u.delta) from (
      select n.workspace_id, r.* from new_rows n, lateral hilo_count_rows(n::conversation, 1) r
      union all
      select o.workspace_id, r.* from old_rows o, lateral hilo_count_rows(o::conversation, -1) r
    ) u group by 1, 2, 3 having sum(u.delta) <> 0;
  return null;
end $$;
create trigger count_inserted after insert on conversation
  referencing new table as new_rows for each statement execute function hilo_count_inserted();
create trigger count_deleted after delete on conversation
  referencing old table as old_rows for each statement execute function hilo_count_deleted();
create trigger count_updated after update on conversation
  referencing old table as old_rows new table as new_rows for each statement execute function hilo_count_updated();

-- ------------------------------------------------------------------ the log

create sequence event_id;

-- What happened. xid is the writer's transaction: readers go by (xid, id) below the snapshot's horizon.
create table event (
  workspace_id uuid not null,
  id bigint not null default nextval('event_id'),
  xid xid8 not null default pg_current_xact_id(),
  slot smallint not null,
  type text not null,
  subject uuid,
  actor jsonb not null default '{}',
  data jsonb not null,
  at timestamptz not null default now(),
  primary key (workspace_id, id)
) partition by range (id);
create table event_rest partition of event default;
create index event_feed on event (workspace_id, xid, id);
create index event_slot on event (slot, xid, id);
create index event_subject on event (workspace_id, subject, id);

create table reader_cursor (
  reader text not null,
  slot smallint not null,
  xid xid8 not null default '0',
  id bigint not null default 0,
  primary key (reader, slot)
);
create table parked_event (
  workspace_id uuid not null,
  reader text not null,
  event_id bigint not null,
  error text not null,
  at timestamptz not null default now(),
  primary key (workspace_id, reader, event_id)
);

-- ------------------------------------------------------------------ partitions

-- The first UUIDv7 of an instant: 48 bits of milliseconds, then zeros.
create function hilo_uuid_floor(timestamptz) returns uuid language sql immutable as $$
  select rpad(lpad(to_hex((extract(epoch from $1) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

-- Makes the month's partition of a table keyed by UUIDv7, if it is not there.
create function hilo_month_partition(parent text, month date) returns void language plpgsql
  security definer set search_path = public, pg_catalog as $$
declare child text := parent || '_' || to_char(month, 'YYYYMM');
        first timestamptz := date_trunc('month', month)::timestamp at time zone 'UTC';
        next_ timestamptz := (date_trunc('month', month) + interval '1 month')::timestamp at time zone 'UTC';
begin
  if parent not in ('message', 'delivery') then raise exception 'not partitioned by month: %', parent; end if;
  if to_regclass(child) is null then
    execute format('create table %I partition of %I for values from (%L) to (%L)',
      child, parent, hilo_uuid_floor(first), hilo_uuid_floor(next_));
  end if;
end $$;
select hilo_month_partition(t, (date_trunc('month', now()) + make_interval(months => m))::date)
  from unnest(array['message', 'delivery']) t, generate_series(-3, 3) m;

-- Ten million events to a partition.
create function hilo_event_partition(number int) returns void language plpgsql
  security definer set search_path = public, pg_catalog as $$
declare child text := 'event_' || number;
begin
  if to_regclass(child) is null then
    execute format('create table %I partition of event for values from (%s) to (%s)',
      child, number::bigint * 10000000, (number::bigint + 1) * 10000000);
  end if;
end $$;
select hilo_event_partition(n) from generate_series(0, 3) n;

-- Three months and twenty million events ahead of need.
create function hilo_partitions_ahead() returns int language plpgsql
  security definer set search_path = public, pg_catalog as $$
declare newest bigint;
begin
  perform hilo_month_partition(t, (date_trunc('month', now()) + make_interval(months => m))::date)
    from unnest(array['message', 'delivery']) t, generate_series(0, 3) m;
  select last_value / 10000000 into newest from event_id;
  perform hilo_event_partition(n::int) from generate_series(newest, newest + 2) n;
  return newest::int;
end $$;

-- What is kept for a while only.
create function hilo_tidy() returns int language sql
  security definer set search_path = public, pg_catalog as $$
  with receipts as (delete from early_receipt where created_at < now() - interval '7 days' returning 1),
  answers as (delete from idempotency where created_at < now() - interval '2 days' returning 1),
  mails as (delete from caught_mail where at < now() - interval '30 days' returning 1),
  resets as (delete from password_reset where expires_at < now() - interval '7 days' returning 1),
  sessions as (delete from session where expires_at < now() - interval '7 days' returning 1)
  select ((select count(*) from receipts) + (select count(*) from answers) + (select count(*) from mails)
        + (select count(*) from resets) + (select count(*) from sessions))::int
$$;

-- ------------------------------------------------------------------ the two walls

create function hilo_workspace() returns uuid language sql stable parallel safe as
  $$ select nullif(current_setting('hilo.workspace_id', true), '')::uuid $$;

-- Every table with workspace_id: the application role sees the workspace of its transaction, the owner all.
do $$ declare t text; begin
  for t in select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
             and a.attname = 'workspace_id' and not a.attisdropped
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own on %I to hilo_app using (workspace_id = hilo_workspace()) with check (workspace_id = hilo_workspace())', t);
    execute format('create policy owner on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert, update, delete on %I to hilo_app', t);
  end loop;
end $$;
alter table workspace enable row level security;
alter table workspace force row level security;
create policy own on workspace to hilo_app using (id = hilo_workspace()) with check (id = hilo_workspace());
do $$ begin execute format('create policy owner on workspace to %I using (true) with check (true)', current_user); end $$;
grant select, update on workspace to hilo_app;
grant select, insert, update, delete on reader_cursor to hilo_app;
grant usage on all sequences in schema public to hilo_app;
-- login, password_reset and sign_in_failure have no workspace: only the functions below reach them.

-- ------------------------------------------------------------------ holes in the wall, all of them

create function hilo_workspaces() returns table (id uuid) language sql stable security definer
  set search_path = public as $$ select id from workspace order by id $$;

create function hilo_workspace_create(id uuid, name text, locale text) returns void language sql security definer
  set search_path = public as $$ insert into workspace (id, name, locale) values ($1, $2, $3) $$;

create function hilo_login_by_email(email text)
returns table (login_id uuid, password_hash text, workspace_id uuid, agent_id uuid, disabled bool)
language sql stable security definer set search_path = public as $$
  select l.id, l.password_hash, a.workspace_id, a.id, a.disabled_at is not null
  from login l left join agent a on a.login_id = l.id where l.email = lower($1) order by a.created_at
$$;
create function hilo_login_create(id uuid, email text, password_hash text) returns uuid language sql security definer
  set search_path = public as $$
  insert into login (id, email, password_hash) values ($1, lower($2), $3)
  on conflict (email) do update set password_hash = coalesce(login.password_hash, excluded.password_hash)
  returning id
$$;
create function hilo_login_set_password(id uuid, password_hash text) returns void language sql security definer
  set search_path = public as $$
  update login set password_hash = $2, password_changed_at = now() where login.id = $1
$$;
create function hilo_login_hash(id uuid) returns text language sql stable security definer
  set search_path = public as $$ select password_hash from login where login.id = $1 $$;
create function hilo_session_by_hash(hash bytea)
returns table (workspace_id uuid, session_id uuid, agent_id uuid, login_id uuid, csrf_token text, last_seen_at timestamptz,
               name text, email text, role text, locale text)
language sql stable security definer set search_path = public as $$
  select s.workspace_id, s.id, s.agent_id, s.login_id, s.csrf_token, s.last_seen_at, a.name, a.email, a.role, a.locale
  from session s join agent a on (a.workspace_id, a.id) = (s.workspace_id, s.agent_id)
  where s.token_hash = $1 and s.expires_at > now() and a.disabled_at is null
$$;
create function hilo_sessions_end(login uuid, spare uuid) returns int language sql security definer
  set search_path = public as $$
  with gone as (delete from session where login_id = $1 and id is distinct from $2 returning 1)
  select count(*)::int from gone
$$;
create function hilo_token_by_hash(hash bytea)
returns table (workspace_id uuid, token_id uuid, token_name text, scopes text[], last_used_at timestamptz,
               agent_id uuid, agent_name text, role text, locale text)
language sql stable security definer set search_path = public as $$
  select t.workspace_id, t.id, t.name, t.scopes, t.last_used_at, a.id, a.name, a.role, a.locale
  from api_token t join agent a on (a.workspace_id, a.id) = (t.workspace_id, t.agent_id)
  where t.token_hash = $1 and (t.expires_at is null or t.expires_at > now()) and a.disabled_at is null
$$;
create function hilo_invitation_by_hash(hash bytea)
returns table (workspace_id uuid, id uuid, email text, name text, role text, workspace_name text, has_login bool)
language sql stable security definer set search_path = public as $$
  select i.workspace_id, i.id, i.email, i.name, i.role, w.name,
         exists (select 1 from login l where l.email = i.email and l.password_hash is not null)
  from invitation i join workspace w on w.id = i.workspace_id
  where i.token_hash = $1 and i.accepted_at is null and i.expires_at > now()
$$;
create function hilo_reset_create(id uuid, email text, token_hash bytea, expires_at timestamptz)
returns table (login_id uuid, workspace_id uuid) language sql security definer set search_path = public as $$
  with who as (
    select l.id, (select a.workspace_id from agent a where a.login_id = l.id and a.disabled_at is null
                  order by a.created_at limit 1) as workspace_id
    from login l where l.email = lower($2)),
  made as (insert into password_reset (id, login_id, token_hash, expires_at)
           select $1, who.id, $3, $4 from who where who.workspace_id is not null returning password_reset.login_id)
  select made.login_id, who.workspace_id from made join who on who.id = made.login_id
$$;
create function hilo_reset_use(token_hash bytea, password_hash text) returns uuid language sql security definer
  set search_path = public as $$
  with used as (update password_reset r set used_at = now()
                where r.token_hash = $1 and r.used_at is null and r.expires_at > now() returning r.login_id),
  changed as (update login l set password_hash = $2, password_changed_at = now() from used
              where l.id = used.login_id returning l.id),
  ended as (delete from session s using changed where s.login_id = changed.id)
  select id from changed
$$;
create function hilo_sign_in_failed(key text) returns void language sql security definer
  set search_path = public as $$ insert into sign_in_failure (key) values ($1) $$;
create function hilo_sign_in_failures(keys text[], since timestamptz) returns table (key text, count bigint, last timestamptz)
language sql stable security definer set search_path = public as $$
  select f.key, count(*), max(f.at) from sign_in_failure f where f.key = any($1) and f.at > $2 group by f.key
$$;
create function hilo_sign_in_cleared(key text) returns void language sql security definer
  set search_path = public as $$ delete from sign_in_failure f where f.key = $1 or f.at < now() - interval '1 day' $$;

create function hilo_account(account uuid)
returns table (workspace_id uuid, id uuid, inbox_id uuid, channel text, name text, address text, settings jsonb,
               secrets bytea, state text)
language sql stable security definer set search_path = public as $$
  select a.workspace_id, a.id, a.inbox_id, a.channel, a.name, a.address, a.settings, a.secrets, a.state
  from account a where a.id = $1
$$;
create function hilo_account_by_address(addresses text[])
returns table (workspace_id uuid, id uuid, address text, state text)
language sql stable security definer set search_path = public as $$
  select a.workspace_id, a.id, a.address, a.state from account a where a.address = any($1)
$$;
create function hilo_accounts_of(channel text) returns table (workspace_id uuid, id uuid, state text)
language sql stable security definer set search_path = public as $$
  select a.workspace_id, a.id, a.state from account a where a.channel = $1
$$;

-- The door: stores what arrived, several accounts at once, and says which of it was new.
create function hilo_store_deliveries(workspaces uuid[], ids uuid[], accounts uuid[], sources text[], headers jsonb[],
                                      bodies bytea[], keys text[])
returns table (id uuid) language sql security definer set search_path = public as $$
  with given as (
    select * from unnest($1, $2, $3, $4, $5, $6, $7) as g(workspace_id, id, account_id, source, headers, body, key)
    order by account_id, key),
  fresh as (
    insert into delivery_key (account_id, dedupe_key, workspace_id, delivery_id)
      select account_id, key, workspace_id, given.id from given
    on conflict do nothing returning delivery_id)
  insert into delivery (workspace_id, id, account_id, source, headers, body)
    select g.workspace_id, g.id, g.account_id, g.source, g.headers, g.body
    from given g join fresh on fresh.delivery_id = g.id
  returning delivery.id
$$;
create function hilo_pending_accounts(most int) returns table (workspace_id uuid, account_id uuid)
language sql stable security definer set search_path = public as $$
  with recursive next_ as (
    (select d.workspace_id, d.account_id from delivery d where d.state = 'new' order by d.account_id limit 1)
    union all
    select n.* from next_ p, lateral (
      select d.workspace_id, d.account_id from delivery d
      where d.state = 'new' and d.account_id > p.account_id order by d.account_id limit 1) n)
  select * from next_ limit $1
$$;
-- Contacts whose name or address holds every word (LIKE patterns). A word that few contacts hold leads by its
-- trigrams; when all are common, or too short for trigrams, the newest contacts are walked until the page is full.
create function hilo_find_contacts(words text[], before_at timestamptz, before_id uuid, most int)
returns table (id uuid) language plpgsql stable security definer set search_path = public, pg_catalog as $$
declare folded text[] := array(select hilo_fold(w) from unnest(words) with ordinality u(w, n) order by n);
        few constant int := 2000; led uuid[]; word text;
begin
  foreach word in array folded loop
    continue when length(word) < 5;  -- with its two signs
    led := array(
      (select c.id from contact c where c.workspace_id = hilo_workspace() and hilo_fold(c.name) like word limit few)
      union all
      (select i.contact_id from identity i where i.workspace_id = hilo_workspace() and i.value ilike word limit few));
    exit when cardinality(led) < few;
    led := null;
  end loop;
  return query
    select c.id from contact c
    where c.workspace_id = hilo_workspace() and c.merged_into is null
      and (led is null or c.id = any(led))
      and (c.updated_at, c.id) < (before_at, before_id)
      and not exists (
        select 1 from unnest(folded) w where hilo_fold(c.name) not like w and not exists (
          select 1 from identity i
          where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.value ilike w))
    order by c.updated_at desc, c.id desc limit most;
end $$;
-- The pattern of LIKE for a part of a text, its own signs taken literally.
create function hilo_part(text) returns text language sql immutable parallel safe
  set search_path = public, pg_catalog as
  $$ select '%' || hilo_fold(replace(replace(replace($1, '\', '\\'), '%', '\%'), '_', '\_')) || '%' $$;

-- Messages that hold every word: the newest partition first, and no further than the page is full.
-- words: must be there as words (stemmed). codes: as a word or as a part of the text. parts: as a part.
-- In each partition the newest messages are walked first: common words fill the page there. What the walk does
-- not fill is rare, and few enough to be taken from the indexes whole and sorted. (Left to itself the planner
-- walks for rare words too: it takes each unknown word to be in one message of 200.)
create function hilo_search_messages(words text[], codes text[], parts text[], inbox uuid, channel text,
                                     first_id uuid, before_id uuid, most int)
returns setof uuid language plpgsql stable security definer set search_path = public, pg_catalog as $$
declare
  folded constant text := 'hilo_fold(left(m.subject || '' '' || m.text, 2000))';
  started constant timestamptz := clock_timestamp();
  word text; query tsquery; wanted tsquery; asked tsquery[] := '{}'; likes text[] := '{}'; named text;
  condition text := ''; month timestamptz; found_ids uuid[] := '{}'; got uuid[]; newest int := 0;
  walked int := 2000; rest text;
begin
  foreach word in array words loop
    query := hilo_word(word);
    continue when numnode(query) = 0;
    wanted := case when wanted is null then query else wanted && query end;
  end loop;
  if wanted is not null then condition := ' and m.search @@ $2'; end if;
  foreach word in array codes loop
    asked := asked || hilo_word(word);
    likes := likes || hilo_part(word);
    condition := condition || format(' and (m.search @@ $3[%s] or %s like $4[%s])',
                                     cardinality(asked), folded, cardinality(likes));
  end loop;
  foreach word in array parts loop
    likes := likes || hilo_part(word);
    condition := condition || format(' and %s like $4[%s]', folded, cardinality(likes));
  end loop;
  if condition = '' then return; end if;
  if cardinality(likes) > 0 then walked := 500; end if;
  rest := ' and m.kind <> ''activity'' and ($7::uuid is null or m.inbox_id = $7)'
          ' and ($8::text is null or m.channel = $8)' || condition;
  for named in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.message'::regclass
    order by c.relname = 'message_rest' desc, c.relname desc
  loop
    if named ~ '^message_\d{6}$' then
      exit when newest >= most;  -- what the rest holds may be older than any month's
      -- Parts of words are a second try: it may not take for ever.
      exit when cardinality(parts) > 0 and clock_timestamp() > started + interval '1 second';
      month := to_timestamp(right(named, 6) || '01', 'YYYYMMDD')::timestamp at time zone 'UTC';
      continue when month > now() + interval '1 day' or hilo_uuid_floor(month) >= before_id
                 or hilo_uuid_floor(month + interval '1 month') <= first_id;
    elsif not exists (select 1 from message_rest) then continue;
    end if;
    execute format(
      'select array(select m.id from (select * from %I where workspace_id = $1 and id < $5 and id >= $6'
      ' order by id desc limit $10) m where true%s limit $9)', named, rest)
    into got
    using hilo_workspace(), wanted, asked, likes, before_id, first_id, inbox, channel, most, walked;
    if cardinality(got) < most then
      execute format(
        'with hits as materialized (select m.id from %I m where m.workspace_id = $1 and m.id < $5'
        ' and m.id >= $6%s) select array(select h.id from hits h order by h.id desc limit $9)', named, rest)
      into got
      using hilo_workspace(), wanted, asked, likes, before_id, first_id, inbox, channel, most;
    end if;
    found_ids := found_ids || got;
    if named <> 'message_rest' then newest := newest + cardinality(got); end if;
  end loop;
  return query select f.id from unnest(found_ids) f(id) order by f.id desc limit most;
end $$;
create function hilo_due_snoozes(most int) returns table (workspace_id uuid, conversation_id uuid)
language sql stable security definer set search_path = public as $$
  select c.workspace_id, c.id from conversation c
  where c.status = 'snoozed' and c.snoozed_until <= now() order by c.snoozed_until limit $1
$$;
create function hilo_due_parts(stale interval, most int)
returns table (workspace_id uuid, message_id uuid, conversation_id uuid, state text)
language sql stable security definer set search_path = public as $$
  select p.workspace_id, p.message_id, p.conversation_id, p.state from part p
  where ((p.state = 'queued' and p.due_at <= now() - $1)
      or (p.state = 'sending' and p.attempted_at < now() - $1))
    and not exists (select 1 from account a
                    where (a.workspace_id, a.id) = (p.workspace_id, p.account_id) and a.state = 'held')
  order by p.due_at limit $2
$$;
create function hilo_fold_counts() returns int language sql security definer set search_path = public as $$
  with gone as (delete from count_delta where ctid = any(array(
                  select ctid from count_delta order by workspace_id, id limit 10000 for update skip locked))
                returning workspace_id, view, agent_id, delta),
  folded as (
    insert into count_total (workspace_id, view, agent_id, value)
      select workspace_id, view, agent_id, sum(delta) from gone group by 1, 2, 3
    on conflict (workspace_id, view, agent_id) do update set value = count_total.value + excluded.value
    returning 1)
  select (select count(*) from gone)::int
$$;
create function hilo_read_events(slots smallint[], after_xid xid8[], after_id bigint[], most int)
returns table (workspace_id uuid, id bigint, xid xid8, slot smallint, type text, subject uuid, actor jsonb, data jsonb,
               at timestamptz)
language sql stable security definer set search_path = public as $$
  select e.workspace_id, e.id, e.xid, e.slot, e.type, e.subject, e.actor, e.data, e.at
  from unnest($1, $2, $3) as s(slot, xid, id), lateral (
    select * from event e
    where e.slot = s.slot and (e.xid, e.id) > (s.xid, s.id)
      and e.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by e.xid, e.id limit $4) e
$$;
-- What the hub pushes: all workspaces, by the log's order.
create function hilo_feed(after_xid xid8, after_id bigint, most int)
returns table (workspace_id uuid, id bigint, xid xid8, type text, subject uuid, actor jsonb, data jsonb, at timestamptz)
language sql stable security definer set search_path = public as $$
  select e.workspace_id, e.id, e.xid, e.type, e.subject, e.actor, e.data, e.at from event e
  where (e.xid, e.id) > ($1, $2) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
  order by e.xid, e.id limit $3
$$;
create index event_all on event (xid, id);                      -- hilo_feed

-- The owner's functions answer only to the application.
do $$ declare f text; begin
  for f in select p.oid::regprocedure::text from pg_proc p
           where p.pronamespace = 'public'::regnamespace and p.proname like 'hilo\_%'
  loop
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to hilo_app', f);
  end loop;
end $$;
