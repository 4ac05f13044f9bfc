-- By which ways a contact can be written to.

-- name: ways
-- Each account with each address it reaches, and each account that reaches none of them; one that is
-- switched off only where it would reach somebody. Whoever came into the conversation with a code is
-- written to as well, although it may be another contact still.
with who as (
  select i.id, i.kind, i.value, i.scope, i.verified, i.created_at from identity i
  where i.workspace_id = :workspace and i.contact_id = :contact
  union
  select i.id, i.kind, i.value, i.scope, i.verified, i.created_at
  from crossing x join identity i on i.workspace_id = :workspace and i.id = x.identity_id
  where x.workspace_id = :workspace and x.conversation_id = :conversation and x.used_at is not null)
select a.id, a.inbox_id, n.name, a.channel, a.name, a.state, a.is_sandbox, i.id, i.kind, i.value, s.at, h.at,
       w.written_to, w.left_from, g.preferences ->> 'signature', a.settings
from account a
join inbox n on n.workspace_id = :workspace and n.id = a.inbox_id
left join who i
  on (i.scope = a.id or (i.kind = 'email' and a.channel = any(:mails::text[]))
       or (i.kind = 'phone' and a.channel = any(:phones::text[])))
left join consent s on s.workspace_id = :workspace and s.identity_id = i.id and s.topic = 'all'
  and not s.is_given
left join lateral (
  select m.at from conversation c cross join lateral (
    select n.at from (
      select m.at from message m
      where m.workspace_id = :workspace and m.conversation_id = c.id and m.kind = 'incoming'
        and m.account_id = a.id and m.identity_id = i.id
      order by m.seq desc limit 10) n  -- the last to come may not be the last that was written
    order by n.at desc limit 1) m
  where c.workspace_id = :workspace and c.contact_id = :contact
  order by m.at desc limit 1) h on i.id is not null
-- To whom the message was that a reply by this way answers, and from where our last one left: they
-- say from where the next one leaves.
left join lateral (
  select
    (select m.meta -> 'to' from message m
     where m.workspace_id = :workspace and m.conversation_id = :conversation and m.kind = 'incoming'
       and m.account_id = a.id and m.identity_id = i.id order by m.seq desc limit 1) as written_to,
    (select m.meta ->> 'sender' from message m
     where m.workspace_id = :workspace and m.conversation_id = :conversation and m.kind = 'outgoing'
       and m.account_id = a.id and m.identity_id = i.id order by m.seq desc limit 1) as left_from
  where a.channel = any(:addressed::text[])) w on true
left join agent g on g.workspace_id = :workspace and g.id = :agent
where a.workspace_id = :workspace and (a.state <> 'off' or i.id is not null)
order by h.at desc nulls last, i.verified desc nulls last, a.created_at, i.created_at limit 200
