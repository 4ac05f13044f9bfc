-- What a visitor of the web chat may read. One rule, in `visible` of each query: what was said in
-- this account, and for a verified person what was said in its inbox; replies once they have left.
-- Notes and activity lines never match.

-- name: contacts
-- The contact of this browser, and those that carry the identities a signature proved.
select distinct i.contact_id from identity i
where i.workspace_id = :workspace
  and ((i.kind = 'visitor' and i.scope = :account and i.value = :visitor)
    or (i.kind = 'external' and i.scope = :account and i.value = :external)
    or (i.kind = 'email' and i.value = :email))

-- name: conversations
-- The newest conversations of these contacts: how far the team has read.
select c.id, c.last_seq, c.read_seq, c.status from conversation c
where c.workspace_id = :workspace and c.contact_id = any(:contacts)
order by c.activity_at desc, c.id desc limit 50

-- name: horizon
-- Where the log stands: every event of an older transaction can be seen by now.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- name: latest
-- The newest messages, or those before one of them; newest first.
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.author_kind, m.author_name, m.text,
       m.attachments, m.state, m.client_id, m.at
from message m
where m.workspace_id = :workspace and m.conversation_id = any(:conversations)
  and (m.account_id = :account or (:verified and m.inbox_id = :inbox))
  and (m.kind = 'incoming' or (m.kind = 'outgoing' and m.state in ('sent', 'delivered', 'read')))
  and (:before::uuid is null or m.id < :before)
order by m.id desc limit :most

-- name: named
-- Of these messages, the visible ones; oldest first.
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.author_kind, m.author_name, m.text,
       m.attachments, m.state, m.client_id, m.at
from message m
where m.workspace_id = :workspace and m.id = any(:ids) and m.conversation_id = any(:conversations)
  and (m.account_id = :account or (:verified and m.inbox_id = :inbox))
  and (m.kind = 'incoming' or (m.kind = 'outgoing' and m.state in ('sent', 'delivered', 'read')))
order by m.id

-- name: changes
-- What happened to these conversations after a place in the log and below the horizon, in its order.
select e.xid::text::bigint, e.id, e.type, e.subject,
       coalesce(e.data -> 'message' ->> 'id', e.data ->> 'message_id')::uuid
from event e
where e.workspace_id = :workspace and e.subject = any(:conversations)
  and (e.xid, e.id) > (:xid::text::xid8, :id)
  and e.xid < :horizon::text::xid8
order by e.xid, e.id limit :most

-- name: stray
-- The contact of this browser, if it is nothing but this browser: no other address leads to it.
select i.contact_id from identity i
where i.workspace_id = :workspace and i.kind = 'visitor' and i.scope = :account and i.value = :visitor
  and not exists (select 1 from identity o where o.workspace_id = i.workspace_id
                  and o.contact_id = i.contact_id and o.kind <> 'visitor')
