-- Lists of conversations by keyset: (activity_at, id) below the cursor. One statement per leading
-- index, so that the plan does not hang on the values; what else is asked filters along the walk. No page is longer than
-- 101, one more than is shown: said as a number, the planner knows that the walk is short and keeps one plan for all.

-- name: by_contact
-- A person has few conversations.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace and c.contact_id = :contact
    and hilo_passes(:status::text is null or c.status = :status)
    and hilo_passes(:assignee::uuid is null or c.assignee_id = :assignee)
    and hilo_passes(not :nobody::bool or c.assignee_id is null)
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
  order by c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc limit :most

-- name: by_assignee
-- conversation_assignee.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace and c.assignee_id = :assignee and c.status = :status
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
  order by c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc limit :most

-- name: by_assignee_any
-- conversation_assignee: a page of each status, then the first of all; the names of these alone are looked up.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select c.* from unnest(array['open', 'pending', 'snoozed', 'resolved']) s(status)
  cross join lateral (
    select * from conversation c
    where c.workspace_id = :workspace and c.assignee_id = :assignee and c.status = s.status
      and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
      and hilo_passes(:team::uuid is null or c.team_id = :team)
      and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
      and hilo_passes(:unread::bool is null or c.unread = :unread)
      and hilo_passes(:priority::int is null or c.priority = :priority)
      and (c.activity_at, c.id) < (:before_at, :before_id)
    order by c.activity_at desc, c.id desc limit :most) c
  order by c.activity_at desc, c.id desc limit :most) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc

-- name: by_nobody_any
-- The same; nobody's.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select c.* from unnest(array['open', 'pending', 'snoozed', 'resolved']) s(status)
  cross join lateral (
    select * from conversation c
    where c.workspace_id = :workspace and c.assignee_id is null and c.status = s.status
      and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
      and hilo_passes(:team::uuid is null or c.team_id = :team)
      and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
      and hilo_passes(:unread::bool is null or c.unread = :unread)
      and hilo_passes(:priority::int is null or c.priority = :priority)
      and (c.activity_at, c.id) < (:before_at, :before_id)
    order by c.activity_at desc, c.id desc limit :most) c
  order by c.activity_at desc, c.id desc limit :most) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc

-- name: by_inbox_any
-- conversation_inbox: the same.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select c.* from unnest(array['open', 'pending', 'snoozed', 'resolved']) s(status)
  cross join lateral (
    select * from conversation c
    where c.workspace_id = :workspace and c.inbox_id = :inbox and c.status = s.status
      and hilo_passes(:team::uuid is null or c.team_id = :team)
      and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
      and hilo_passes(:unread::bool is null or c.unread = :unread)
      and hilo_passes(:priority::int is null or c.priority = :priority)
      and (c.activity_at, c.id) < (:before_at, :before_id)
    order by c.activity_at desc, c.id desc limit :most) c
  order by c.activity_at desc, c.id desc limit :most) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc

-- name: by_nobody
-- conversation_assignee; nobody's.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace and c.assignee_id is null and c.status = :status
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
  order by c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc limit :most

-- name: by_inbox
-- conversation_inbox.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace and c.inbox_id = :inbox and c.status = :status
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
  order by c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc limit :most

-- name: by_unread
-- conversation_unread, which holds nothing else.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace and c.unread
    and hilo_passes(:status::text is null or c.status = :status)
    and hilo_passes(:assignee::uuid is null or c.assignee_id = :assignee)
    and hilo_passes(not :nobody::bool or c.assignee_id is null)
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
  order by c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc limit :most

-- name: by_priority
-- conversation_priority, which holds those that have one: the highest first.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace and c.priority > 0
    and hilo_passes(:status::text is null or c.status = :status)
    and hilo_passes(:assignee::uuid is null or c.assignee_id = :assignee)
    and hilo_passes(not :nobody::bool or c.assignee_id is null)
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:contact::uuid is null or c.contact_id = :contact)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.priority, c.activity_at, c.id) < (:before_rank::int, :before_at, :before_id)
  order by c.priority desc, c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.priority desc, c.activity_at desc, c.id desc limit :most

-- name: by_status
-- conversation_status.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace and c.status = :status
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
  order by c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc limit :most

-- name: by_all
-- conversation_all.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select * from conversation c
  where c.workspace_id = :workspace
    and hilo_passes(:assignee::uuid is null or c.assignee_id = :assignee)
    and hilo_passes(not :nobody::bool or c.assignee_id is null)
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:tag::uuid is null or :tag = any(c.tag_ids))
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
  order by c.activity_at desc, c.id desc limit 101) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc limit :most

-- name: by_tag
-- A tag is on few of many: its conversations are read whole, then sorted; materialized, since the planner would rather
-- walk the list and ask each for its tag.
with tagged as materialized (
  select c.id, c.activity_at from conversation_tag t
  join conversation c on c.workspace_id = :workspace and c.id = t.conversation_id
  where t.workspace_id = :workspace and t.tag_id = :tag
    and hilo_passes(:status::text is null or c.status = :status)
    and hilo_passes(:assignee::uuid is null or c.assignee_id = :assignee)
    and hilo_passes(not :nobody::bool or c.assignee_id is null)
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
    and (c.activity_at, c.id) < (:before_at, :before_id)
)
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (select id from tagged order by activity_at desc, id desc limit :most) f
join conversation c on c.workspace_id = :workspace and c.id = f.id
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc

-- name: near_by_tag
-- A tag on many: a page of it lies among the newest of all, but where it was given long ago.
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from (
  select c.* from (
    select * from conversation c
    where c.workspace_id = :workspace and (c.activity_at, c.id) < (:before_at, :before_id)
    order by c.activity_at desc, c.id desc limit 2000) c
  where :tag = any(c.tag_ids)
    and hilo_passes(:status::text is null or c.status = :status)
    and hilo_passes(:assignee::uuid is null or c.assignee_id = :assignee)
    and hilo_passes(not :nobody::bool or c.assignee_id is null)
    and hilo_passes(:inbox::uuid is null or c.inbox_id = :inbox)
    and hilo_passes(:team::uuid is null or c.team_id = :team)
    and hilo_passes(:unread::bool is null or c.unread = :unread)
    and hilo_passes(:priority::int is null or c.priority = :priority)
  order by c.activity_at desc, c.id desc limit :most) c
join contact p on p.workspace_id = :workspace and p.id = c.contact_id
order by c.activity_at desc, c.id desc

-- name: tag_count
-- Up to a bound: a tag on many is found faster by walking the list.
select count(*) from (
  select 1 from conversation_tag where workspace_id = :workspace and tag_id = :tag limit :most) t

-- name: one
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from conversation c join contact p on p.workspace_id = :workspace and p.id = c.contact_id
where c.workspace_id = :workspace and c.id = :conversation

-- name: some
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.team_id, c.tag_ids, c.snoozed_until, c.woken_at, c.last_seq, c.read_seq,
       c.unread, c.last_message::text, c.waiting_since, c.activity_at, c.version, c.resolved_at, c.created_at, c.priority
from conversation c join contact p on p.workspace_id = :workspace and p.id = c.contact_id
where c.workspace_id = :workspace and c.id = any(:ids::uuid[])

-- name: messages
-- Newest first, a page at a time: a conversation of 20,000 opens like one of 20.
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts,
       case when m.kind = 'outgoing' and m.state = 'queued' then (
         select p.due_at from part p where p.workspace_id = :workspace and p.message_id = m.id
           and p.number = 1 and p.state = 'queued' and p.attempts = 0 and p.due_at > :now) end
from message m
where m.workspace_id = :workspace and m.conversation_id = :conversation and m.seq < :before
order by m.seq desc limit :most

-- name: messages_after
-- Forwards: what came since.
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts,
       case when m.kind = 'outgoing' and m.state = 'queued' then (
         select p.due_at from part p where p.workspace_id = :workspace and p.message_id = m.id
           and p.number = 1 and p.state = 'queued' and p.attempts = 0 and p.due_at > :now) end
from message m
where m.workspace_id = :workspace and m.conversation_id = :conversation and m.seq > :after
order by m.seq limit :most

-- name: some_messages
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts,
       case when m.kind = 'outgoing' and m.state = 'queued' then (
         select p.due_at from part p where p.workspace_id = :workspace and p.message_id = m.id
           and p.number = 1 and p.state = 'queued' and p.attempts = 0 and p.due_at > :now) end
from message m
where m.workspace_id = :workspace and m.id = any(:ids::uuid[])

-- name: exists
select exists (select 1 from conversation where workspace_id = :workspace and id = :conversation)

-- name: of_external
-- Which conversation a message from the outside is in.
select m.conversation_id from message_key k
  join message m on m.workspace_id = k.workspace_id and m.id = k.message_id
where k.workspace_id = :workspace and k.account_id = :account and k.external_id = :external
