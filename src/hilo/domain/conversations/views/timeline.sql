-- Everything with one person, newest first.

-- name: messages
-- A page of each conversation, then the newest of all. Activity lines are messages too.
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at,
       m.content, m.reactions, m.edited_at, m.deleted_at, m.parts
from conversation c
cross join lateral (
  select * from message m
  where m.workspace_id = :workspace and m.conversation_id = c.id and m.id < :before
  order by m.seq desc limit :most) m
where c.workspace_id = :workspace and c.contact_id = :contact
order by m.id desc limit :most

-- name: events
-- Those of the person itself, and of whom was merged into it.
select e.id, e.type, e.actor::text, e.data::text, e.at from event e
where e.workspace_id = :workspace and e.id < :before
  and (:until::timestamptz is null or e.at < :until)
  and e.subject = any(array(
    select p.id from contact p where p.workspace_id = :workspace and p.merged_into = :contact
    union all select :contact))
  -- Merges and partings speak of two: only to who sees both.
  and (coalesce(current_setting('hilo.sight', true), '') = '' or e.type not in ('contact.merged', 'contact.parted')
    or not exists (
      select from unnest(array[e.data #>> '{contact,id}', e.data #>> '{other,id}', e.data ->> 'from_id']::uuid[]) n(id)
      where n.id is not null and not exists (
        select from contact p where p.workspace_id = :workspace and p.id = n.id)))
order by e.id desc limit :most
