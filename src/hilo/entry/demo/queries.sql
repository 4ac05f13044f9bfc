-- The demo's rows, one statement a table: texts are many, round trips few.

-- name: is_loaded
select exists (select 1 from demo_row where workspace_id = :workspace)

-- name: home
-- An inbox that a former drop spared: its address is taken, so it is used again.
select inbox_id, id from account where workspace_id = :workspace and address = :address

-- name: mark
insert into demo_row (workspace_id, table_name, row_id)
select :workspace, :table_name, unnest(:ids::uuid[]) on conflict do nothing

-- name: add_login
select hilo_login_create(:id, :email, null) where :workspace::uuid is not null

-- name: add_agent
insert into agent (workspace_id, id, login_id, name, email, role, locale)
values (:workspace, :id, :login, :name, :email, :role, :locale)
on conflict (workspace_id, login_id) do update set disabled_at = null
returning id

-- name: add_team
insert into team (workspace_id, id, name) values (:workspace, :id, :name)
on conflict (workspace_id, name) do update set name = excluded.name returning id

-- name: add_member
insert into team_member (workspace_id, team_id, agent_id) values (:workspace, :team, :agent)
on conflict do nothing

-- name: add_tag
insert into tag (workspace_id, id, name, color) values (:workspace, :id, :name, :color)
on conflict (workspace_id, lower(name)) do update set color = tag.color returning id

-- name: add_contacts
insert into contact (workspace_id, id, name, locale, time_zone, attributes, created_at, updated_at)
select :workspace, r.id, r.name, r.locale, r.time_zone, r.attributes, r.at, r.seen
from jsonb_to_recordset(:rows) as r (id uuid, name text, locale text, time_zone text, attributes jsonb, at timestamptz,
                                     seen timestamptz)

-- name: add_identities
-- The address of somebody whom a former drop spared stays theirs.
insert into identity (workspace_id, id, contact_id, kind, scope, value, verified, created_at)
select :workspace, r.id, r.contact, r.kind, r.scope, r.value, r.verified, r.at
from jsonb_to_recordset(:rows) as r (id uuid, contact uuid, kind text, scope uuid, value text, verified bool, at timestamptz)
on conflict (workspace_id, kind, scope, value) do nothing

-- name: add_files
insert into file (workspace_id, id, name, media_type, size_bytes, sha256, store_key, width, height, created_at)
select :workspace, r.id, r.name, r.media_type, r.size_bytes, decode(r.sha256, 'hex'), r.store_key, r.width, r.height, r.at
from jsonb_to_recordset(:rows) as r (id uuid, name text, media_type text, size_bytes bigint, sha256 text, store_key text,
                                     width int, height int, at timestamptz)

-- name: add_conversations
-- In the order of time, so that numbers grow with it.
insert into conversation (workspace_id, id, contact_id, inbox_id, channel, joining_key, subject, status, assignee_id, team_id,
                          tag_ids, snoozed_until, last_seq, last_incoming_seq, read_seq, last_message,
                          waiting_since, activity_at, resolved_at, created_at, priority)
select :workspace, r.id, r.contact, r.inbox, r.channel, r.joining_key, r.subject, r.status, r.assignee, r.team,
       array(select value::uuid from jsonb_array_elements_text(r.tags)), r.snoozed_until, r.last_seq,
       r.last_incoming_seq, r.read_seq, r.last_message, r.waiting_since, r.activity_at, r.resolved_at, r.created_at,
       r.priority
from jsonb_to_recordset(:rows) as r (id uuid, contact uuid, inbox uuid, channel text, joining_key text, subject text,
                                     status text, assignee uuid, team uuid, tags jsonb, snoozed_until timestamptz,
                                     last_seq int, last_incoming_seq int, read_seq int, last_message jsonb,
                                     waiting_since timestamptz, activity_at timestamptz, resolved_at timestamptz,
                                     created_at timestamptz, priority int)
order by r.created_at

-- name: add_conversation_tags
insert into conversation_tag (workspace_id, tag_id, conversation_id)
select :workspace, r.tag, r.conversation
from jsonb_to_recordset(:rows) as r (tag uuid, conversation uuid)

-- name: add_messages
insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id, account_id, identity_id, author_kind,
                     author_id, author_name, subject, text, attachments, meta, state, error, external_id, at, created_at)
select :workspace, r.id, r.conversation, r.seq, r.kind, r.channel, r.inbox, r.account, r.identity, r.author_kind,
       r.author_id, r.author_name, r.subject, r.text, r.attachments, r.meta, r.state, r.error, r.external_id, r.at, r.at
from jsonb_to_recordset(:rows) as r (id uuid, conversation uuid, seq int, kind text, channel text, inbox uuid, account uuid,
                                     identity uuid, author_kind text, author_id uuid, author_name text, subject text,
                                     text text, attachments jsonb, meta jsonb, state text, error jsonb, external_id text, at timestamptz)

-- name: add_parts
-- Of replies that did not get there; the others have left and are nobody's concern.
insert into part (workspace_id, message_id, number, account_id, conversation_id, state, attempts, attempted_at, due_at, error,
                  created_at)
select :workspace, r.id, 1, r.account, r.conversation, r.state, 1, r.at, r.at, r.error, r.at
from jsonb_to_recordset(:rows) as r (id uuid, conversation uuid, account uuid, state text, error jsonb, at timestamptz)

-- name: add_visits
insert into visit (workspace_id, id, account_id, conversation_id, message_id, visitor, client_id, day, number, name, topic,
                   state, rank, counter, agent_id, calls, joined_at, called_at, began_at, ended_at)
select :workspace, r.id, :account, r.conversation, r.message, r.visitor, 'demo', r.day, r.number, r.name, r.topic,
       r.state, r.rank, r.counter, r.agent, case when r.called_at is null then 0 else 1 end,
       r.joined_at, r.called_at, r.began_at, r.ended_at
from jsonb_to_recordset(:rows) as r (id uuid, conversation uuid, message uuid, visitor uuid, day date, number int, name text,
                                     topic text, state text, rank bigint, counter text, agent uuid, joined_at timestamptz,
                                     called_at timestamptz, began_at timestamptz, ended_at timestamptz)

-- name: set_marks
-- Where its numbers and ranks go on.
insert into shop_queue (workspace_id, account_id, day, last_number, last_rank)
select v.workspace_id, v.account_id, v.day, v.number, v.rank from visit v
where v.workspace_id = :workspace and v.account_id = :account order by v.day desc, v.number desc limit 1
on conflict (workspace_id, account_id) do update
set day = excluded.day, last_number = excluded.last_number, last_rank = excluded.last_rank

-- name: add_parked
insert into delivery (workspace_id, id, account_id, source, headers, body, state, attempts, error, received_at, processed_at)
values (:workspace, :id, :account, 'mail', :headers, :body, 'parked', 1, :error, :at, :at)

-- name: add_message_keys
insert into message_key (account_id, external_id, workspace_id, message_id)
select r.account, r.external_id, :workspace, r.id
from jsonb_to_recordset(:rows) as r (id uuid, account uuid, external_id text)
where r.external_id is not null

-- name: add_thread_refs
insert into thread_ref (workspace_id, ref, conversation_id, message_id)
select :workspace, r.ref, r.conversation, r.message
from jsonb_to_recordset(:rows) as r (ref text, conversation uuid, message uuid)

-- name: untouched_conversations
-- Demo conversations in which nobody has written since, nor begun to.
select c.id from conversation c
join demo_row d on d.workspace_id = c.workspace_id and d.table_name = 'conversation' and d.row_id = c.id
where c.workspace_id = :workspace and not exists (
  select 1 from message m
  where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.kind <> 'activity'
    and not exists (select 1 from demo_row k
                    where k.workspace_id = :workspace and k.table_name = 'message' and k.row_id = m.id))
  and not exists (select 1 from draft w where w.workspace_id = c.workspace_id and w.conversation_id = c.id)

-- name: drop_messages
with gone as (delete from message
              where workspace_id = :workspace and conversation_id = any(:conversations::uuid[]) returning id),
keys as (delete from message_key using gone
         where message_key.workspace_id = :workspace and message_key.message_id = gone.id)
delete from part using gone where part.workspace_id = :workspace and part.message_id = gone.id

-- name: drop_conversations
delete from conversation where workspace_id = :workspace and id = any(:conversations::uuid[])

-- name: drop_identities
-- An address that people added keeps the contact, and the contact its addresses.
delete from identity i using demo_row d
where i.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'contact' and d.row_id = i.contact_id
  and not exists (select 1 from conversation c where c.workspace_id = :workspace and c.contact_id = i.contact_id)
  and not exists (select 1 from identity o where o.workspace_id = :workspace and o.contact_id = i.contact_id
                    and not exists (select 1 from demo_row k
                                    where k.workspace_id = :workspace and k.table_name = 'identity' and k.row_id = o.id))

-- name: drop_contacts
delete from contact t using demo_row d
where t.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'contact' and d.row_id = t.id
  and not exists (select 1 from conversation c where c.workspace_id = :workspace and c.contact_id = t.id)
  and not exists (select 1 from identity i where i.workspace_id = :workspace and i.contact_id = t.id)

-- name: drop_files
delete from file f using demo_row d
where f.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'file' and d.row_id = f.id
  and not exists (select 1 from message m where m.workspace_id = :workspace
                  and m.attachments @> jsonb_build_array(jsonb_build_object('id', f.id)))
returning f.store_key

-- name: drop_parked
delete from delivery v using demo_row d
where v.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'delivery' and d.row_id = v.id

-- name: note_traffic
-- When its accounts last heard and said something, as intake and carry would have noted it.
update account a set last_in_at = greatest(a.last_in_at, said.heard), last_out_at = greatest(a.last_out_at, said.told)
from (select account_id, max(at) filter (where kind = 'incoming') as heard, max(at) filter (where kind = 'outgoing') as told
      from message where workspace_id = :workspace and account_id is not null group by account_id) said
where a.workspace_id = :workspace and a.id = said.account_id

-- name: drop_macros
-- One that somebody changed is theirs.
delete from macro m using demo_row d
where m.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'macro' and d.row_id = m.id
  and m.updated_at = m.created_at

-- name: drop_tags
delete from tag t using demo_row d
where t.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'tag' and d.row_id = t.id
  and not exists (select 1 from conversation_tag c where c.workspace_id = :workspace and c.tag_id = t.id)

-- name: drop_accounts
-- Only where the inbox goes too: an account that got mail of its own stays.
delete from account a using demo_row d
where a.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'account' and d.row_id = a.id
  and not exists (select 1 from conversation c where c.workspace_id = :workspace and c.inbox_id = a.inbox_id)
  and not exists (select 1 from message m where m.workspace_id = :workspace and m.inbox_id = a.inbox_id)

-- name: drop_inboxes
delete from inbox i using demo_row d
where i.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'inbox' and d.row_id = i.id
  and not exists (select 1 from account a where a.workspace_id = :workspace and a.inbox_id = i.id)
  and not exists (select 1 from conversation c where c.workspace_id = :workspace and c.inbox_id = i.id)
  and not exists (select 1 from message m where m.workspace_id = :workspace and m.inbox_id = i.id)

-- name: drop_teams
delete from team t using demo_row d
where t.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'team' and d.row_id = t.id
  and not exists (select 1 from conversation c where c.workspace_id = :workspace and c.team_id = t.id)
  and not exists (select 1 from team_member m where m.workspace_id = :workspace and m.team_id = t.id
                    and not exists (select 1 from demo_row k
                                    where k.workspace_id = :workspace and k.table_name = 'agent' and k.row_id = m.agent_id))

-- name: drop_agents
delete from agent a using demo_row d
where a.workspace_id = :workspace and d.workspace_id = :workspace and d.table_name = 'agent' and d.row_id = a.id
  and not exists (select 1 from conversation c where c.workspace_id = :workspace and c.assignee_id = a.id)

-- name: forget
delete from demo_row where workspace_id = :workspace
