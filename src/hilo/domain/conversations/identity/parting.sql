-- Conversations of a person that is two: whole ones go, of mixed ones what came and went by its addresses.

-- name: hold
-- In the order of their ids, as everybody does.
select c.id from conversation c
where c.workspace_id = :workspace and c.contact_id = :contact and exists (
  select 1 from message m where m.workspace_id = :workspace and m.conversation_id = c.id
    and m.identity_id = any(:identities::uuid[]))
order by c.id for no key update of c

-- name: touched
select m.conversation_id as id, bool_and(coalesce(m.identity_id = any(:identities::uuid[]), false)) as is_whole
from message m
where m.workspace_id = :workspace and m.conversation_id = any(:conversations::uuid[])
  and m.kind in ('incoming', 'outgoing')
group by m.conversation_id order by m.conversation_id

-- name: keys_held
select id, joining_key as key from conversation where workspace_id = :workspace and id = any(:ids::uuid[]) order by id

-- name: move
update conversation set contact_id = :heir, version = version + 1,
  joining_key = replace(joining_key, :contact::uuid::text, :heir::uuid::text)
where workspace_id = :workspace and id = any(:ids::uuid[])

-- name: open_beside
-- A conversation like that one, for messages that go out of it. Its key only where nobody has it.
insert into conversation (workspace_id, id, contact_id, inbox_id, channel, subject, status, assignee_id, team_id,
                          priority, read_seq, activity_at, resolved_at, created_at, joining_key)
select :workspace, :new, :heir, m.inbox_id, m.channel, c.subject, c.status, c.assignee_id, c.team_id,
       c.priority, c.read_seq, c.activity_at, c.resolved_at, :now,
       (select k.key from (select case when n.threading = 'contact' then 'contact:' || :heir::uuid::text
               else 'inbox:' || m.inbox_id::text || ':' || :heir::uuid::text end as key
          from inbox n where n.workspace_id = :workspace and n.id = m.inbox_id) k
        where not exists (select 1 from conversation o where o.workspace_id = :workspace
                            and o.joining_key = k.key and o.status <> 'resolved'))
from conversation c join lateral (
  select m.inbox_id, m.channel from message m
  where m.workspace_id = :workspace and m.conversation_id = c.id and m.identity_id = any(:identities::uuid[])
  order by m.seq desc limit 1) m on true
where c.workspace_id = :workspace and c.id = :conversation

-- name: carry_over
update message set conversation_id = :heir
where workspace_id = :workspace and conversation_id = :conversation and kind in ('incoming', 'outgoing')
  and identity_id = any(:identities::uuid[])
returning id

-- name: carry_back
update message set conversation_id = :heir
where workspace_id = :workspace and conversation_id = :conversation and id = any(:messages::uuid[])

-- name: parts_follow
update part set conversation_id = :heir
where workspace_id = :workspace and conversation_id = :conversation and message_id = any(:messages::uuid[])

-- name: clients_follow
update message_client set conversation_id = :heir
where workspace_id = :workspace and conversation_id = :conversation and message_id = any(:messages::uuid[])

-- name: refs_follow
update thread_ref set conversation_id = :heir
where workspace_id = :workspace and conversation_id = :conversation and message_id = any(:messages::uuid[])

-- name: recount
-- What a conversation says of itself, from the messages it has now.
update conversation c set
  version = c.version + 1,
  last_seq = greatest(c.last_seq, x.last),
  last_incoming_seq = x.incoming,
  channel = coalesce(x.channel, c.channel),
  last_message = :last_message,
  waiting_since = case when x.incoming > x.outgoing then coalesce(c.waiting_since, x.at) end
from (
  select coalesce(max(m.seq), 0) as last,
         coalesce(max(m.seq) filter (where m.kind = 'incoming'), 0) as incoming,
         coalesce(max(m.seq) filter (where m.kind = 'outgoing'), 0) as outgoing,
         max(m.created_at) filter (where m.kind = 'incoming') as at,
         (array_agg(m.channel order by m.seq desc) filter (where m.kind in ('incoming', 'outgoing')))[1] as channel
  from message m where m.workspace_id = :workspace and m.conversation_id = :conversation) x
where c.workspace_id = :workspace and c.id = :conversation

-- name: views
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from conversation c join contact p on p.workspace_id = :workspace and p.id = c.contact_id
where c.workspace_id = :workspace and c.id = any(:ids::uuid[])
order by c.id

-- name: is_empty
select not exists (select 1 from message where workspace_id = :workspace and conversation_id = :conversation)

-- name: delete
delete from conversation where workspace_id = :workspace and id = :conversation

-- name: restore
-- Whole conversations go back, each with the key it had where nobody has taken it since.
update conversation c set contact_id = :heir, version = c.version + 1, joining_key = case
    when c.status = 'resolved' or not exists (
      select 1 from conversation o where o.workspace_id = :workspace and o.joining_key = g.key
        and o.status <> 'resolved' and o.id <> c.id) then g.key end
from unnest(:ids::uuid[], :keys::text[]) as g(id, key)
where c.workspace_id = :workspace and c.id = g.id and c.contact_id = :contact
returning c.id

-- name: cut_crossings
-- Whoever went on in a conversation that is another's now begins anew.
update crossing x set identity_id = null from conversation c
where x.workspace_id = :workspace and x.identity_id = any(:identities::uuid[])
  and c.workspace_id = :workspace and c.id = x.conversation_id and c.contact_id <> :contact
returning x.id

-- name: mend_crossings
update crossing set identity_id = :identity
where workspace_id = :workspace and id = any(:ids::uuid[]) and identity_id is null

-- name: identities_of
select id from identity where workspace_id = :workspace and contact_id = :contact

-- name: name_by
-- What somebody was called who wrote from this address first.
select m.author_name from conversation c join message m
  on m.workspace_id = :workspace and m.conversation_id = c.id and m.identity_id = :identity and m.kind = 'incoming'
where c.workspace_id = :workspace and c.contact_id = :contact
order by m.id limit 1
