-- One conversation at a time: who has it and how it stands.

-- name: lock
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from conversation c join contact p on p.workspace_id = :workspace and p.id = c.contact_id
where c.workspace_id = :workspace and c.id = :conversation
for no key update of c

-- name: lock_contact_of
-- Before a resolved conversation opens: intake holds the contact while it chooses a conversation.
-- No key update: a second update of one row in a transaction asks its foreign keys again.
select p.id from contact p
where p.workspace_id = :workspace
  and p.id = (select contact_id from conversation where workspace_id = :workspace and id = :conversation)
for no key update

-- name: set_triage
-- Opening again gives way to a conversation that has taken the joining key meanwhile.
with changed as (
  update conversation c set
    status = :status, assignee_id = :assignee, team_id = :team, snoozed_until = :snoozed_until,
    woken_at = :woken_at, resolved_at = :resolved_at, priority = :priority, version = c.version + 1,
    joining_key = case when c.status = 'resolved' and :status <> 'resolved' and exists (
      select 1 from conversation other
      where other.workspace_id = :workspace and other.joining_key = c.joining_key
        and other.status <> 'resolved' and other.id <> c.id) then null else c.joining_key end
  where c.workspace_id = :workspace and c.id = :conversation
  returning c.*
)
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from changed c join contact p on p.workspace_id = :workspace and p.id = c.contact_id

-- name: agent
-- Who may be given work.
select name from agent where workspace_id = :workspace and id = :agent and disabled_at is null

-- name: agent_name
select name from agent where workspace_id = :workspace and id = :agent

-- name: team
select name from team where workspace_id = :workspace and id = :team

-- name: set_read
with changed as (
  update conversation c set read_seq = :seq, version = c.version + 1
  where c.workspace_id = :workspace and c.id = :conversation
  returning c.*
)
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from changed c join contact p on p.workspace_id = :workspace and p.id = c.contact_id

-- name: mark_read
insert into read_mark (workspace_id, agent_id, conversation_id, seq, at)
values (:workspace, :agent, :conversation, :seq, :now)
on conflict (workspace_id, agent_id, conversation_id)
do update set seq = excluded.seq, at = excluded.at

-- name: last_incoming
select last_incoming_seq from conversation where workspace_id = :workspace and id = :conversation

-- name: add_tag
insert into conversation_tag (workspace_id, tag_id, conversation_id)
values (:workspace, :tag, :conversation) on conflict do nothing

-- name: drop_tag
delete from conversation_tag
where workspace_id = :workspace and tag_id = :tag and conversation_id = :conversation

-- name: set_tags
-- The mirror that lists show, in the order the tags were given.
update conversation set tag_ids = :tags where workspace_id = :workspace and id = :conversation

-- name: forget_tag
-- A tag is gone: its marks go with the row, the mirrors here.
update conversation c set tag_ids = array_remove(c.tag_ids, :tag), version = c.version + 1
where c.workspace_id = :workspace and c.id in (
  select conversation_id from conversation_tag where workspace_id = :workspace and tag_id = :tag)

-- name: tag_name
select name from tag where workspace_id = :workspace and id = :tag
