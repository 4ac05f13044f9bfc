-- Taking replies to the outside, one part at a time, in the order of their conversation.

-- name: waiting
-- Of each conversation the first.
select p.* from unnest(:conversations::uuid[]) as c(id)
cross join lateral (
  select p.conversation_id, p.message_id, p.number, p.account_id, p.state, p.attempts, p.attempted_at,
         p.due_at, p.created_at, p.slice, p.state = 'sending' or (p.error ->> 'code' = 'unknown-outcome') is true
  from part p
  where p.workspace_id = :workspace and p.conversation_id = c.id and p.state in ('queued', 'sending')
  order by p.message_id, p.number limit 20 for update) p

-- name: letters
-- Everything connectors may want to know of messages.
select m.id, m.conversation_id, m.seq, m.author_kind, m.author_name, m.subject, m.text, m.html,
       m.attachments, m.meta, m.reply_to, m.at, c.number, c.subject, p.name, p.locale,
       i.kind, i.value, w.name, w.locale, i.id, m.content, p.id,
       exists (select 1 from consent s where s.workspace_id = :workspace and s.identity_id = m.identity_id
               and s.topic = 'all' and not s.is_given),
       (select count(*) from part n where n.workspace_id = :workspace and n.message_id = m.id),
       case when m.author_kind = 'agent' then coalesce((
         select a.preferences ->> 'signature' from agent a
         where a.workspace_id = :workspace and a.id = m.author_id), '') else '' end
from message m
join conversation c on c.workspace_id = :workspace and c.id = m.conversation_id
join workspace w on w.id = :workspace
left join identity i on i.workspace_id = :workspace and i.id = m.identity_id
-- Whoever wrote last is answered, who may be somebody else than the conversation's contact.
join contact p on p.workspace_id = :workspace
  -- No coalesce: row security holds it to leak, and would rather read every contact than use the index.
  and p.id = case when i.contact_id is null then c.contact_id else i.contact_id end
where m.workspace_id = :workspace and m.id = any(:messages::uuid[])

-- name: outside_names
-- What a message is called at the outside: theirs, or ours once it left.
select r.ref from thread_ref r
where r.workspace_id = :workspace and r.conversation_id = :conversation and r.message_id = :message
union all
select k.external_id from message m join message_key k
  on k.workspace_id = :workspace and k.account_id = m.account_id and k.external_id = m.external_id
where m.workspace_id = :workspace and m.id = :message
union all
select p.external_id from part p
where p.workspace_id = :workspace and p.message_id = :message and p.external_id is not null
limit 1

-- name: references
-- The mails of the conversation that this one may refer to, oldest first.
select ref from (
  select r.ref, m.seq from thread_ref r
  join message m on m.workspace_id = :workspace and m.id = r.message_id
  where r.workspace_id = :workspace and r.conversation_id = :conversation and m.seq < :seq
  order by m.seq desc limit 20) newest
order by seq

-- name: last_incoming
-- The mail that is answered, for its reference and its quotation.
select m.id, m.author_name, m.text, m.at, m.meta from message m
where m.workspace_id = :workspace and m.conversation_id = :conversation and m.kind = 'incoming'
  and m.identity_id = :identity and m.seq < :seq
order by m.seq desc limit 1

-- name: begin_parts
-- Written down before the calls: who dies after this leaves a trace.
update part p set state = 'sending', attempts = p.attempts + 1, attempted_at = :now, error = null,
                  external_id = coalesce(p.external_id, g.minted)
from unnest(:messages::uuid[], :numbers::int[], :minted::text[]) as g(message, number, minted)
where p.workspace_id = :workspace and p.message_id = g.message and p.number = g.number
  -- Says again which ones, so that the plan names their months only.
  and p.message_id = any(:messages::uuid[])

-- name: end_parts
-- A receipt may have come first: what was sent stays sent. An id that is not unique is not kept.
update part p set
  state = case when p.state in ('queued', 'sending') then g.state else p.state end,
  due_at = g.due, error = g.error,
  external_id = coalesce(p.external_id, case when not exists (
    select 1 from part o where o.account_id = p.account_id and o.external_id = g.name) then g.name end)
from unnest(:messages::uuid[], :numbers::int[], :states::text[], :dues::timestamptz[], :names::text[],
            :errors::jsonb[]) as g(message, number, state, due, name, error)
where p.workspace_id = :workspace and p.message_id = g.message and p.number = g.number
  -- Says again which ones, so that the plan names their months only.
  and p.message_id = any(:messages::uuid[])
returning p.message_id, p.number, p.external_id

-- name: keep_ref
insert into thread_ref (workspace_id, ref, conversation_id, message_id)
values (:workspace, :ref, :conversation, :message)
on conflict (workspace_id, ref) do update set conversation_id = excluded.conversation_id, message_id = excluded.message_id
where thread_ref.message_id is null

-- name: waiting_conversations
-- Whose replies wait for this account.
select distinct conversation_id from part
where workspace_id = :workspace and account_id = :account and state in ('queued', 'sending')

-- name: stuck
-- Across workspaces: due and not taken, or taken and not ended.
select workspace_id, message_id, conversation_id, state from hilo_due_parts(:stale, :most)

-- name: uncertain_part
select p.conversation_id, p.message_id, p.number, p.account_id, p.state, p.attempts, p.attempted_at,
       p.due_at, p.created_at, p.slice
from part p
where p.workspace_id = :workspace and p.message_id = :message and p.number = :number
  and p.state = 'uncertain'

-- name: ask_again
-- The vendor says that it has not come. What would come after what was said later is left to the agent.
update part p set state = 'queued', due_at = :now, error = null
where p.workspace_id = :workspace and p.message_id = :message and p.number = :number
  and p.state = 'uncertain'
  and not exists (
    select 1 from part q
    where q.workspace_id = :workspace and q.message_id = :message and q.number > :number
      and q.state not in ('queued', 'failed'))
  and not exists (
    select 1 from message l
    where l.workspace_id = :workspace and l.conversation_id = p.conversation_id
      and l.seq > (select m.seq from message m where m.workspace_id = :workspace and m.id = :message)
      and l.account_id = p.account_id and l.kind = 'outgoing' and l.state not in ('queued', 'failed'))
