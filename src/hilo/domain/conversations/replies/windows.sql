-- When somebody was last heard: what opens a channel's window for free replies.

-- name: heard
-- By one account and identity, in any conversation of the contact; by the vendor's own clock. What came
-- last may be older than what came before it: vendors deliver crosswise, and some come days late.
select m.at from conversation c
cross join lateral (
  select n.at from (
    select m.at from message m
    where m.workspace_id = :workspace and m.conversation_id = c.id and m.kind = 'incoming'
      and m.account_id = :account and m.identity_id = :identity
    order by m.seq desc limit 10) n
  order by n.at desc limit 1) m
where c.workspace_id = :workspace and c.contact_id = :contact
order by m.at desc limit 1

-- name: heard_lately
-- Everybody who wrote by an account, each as last heard; the last of them first.
select i.value, case when c.name = i.value then '' else c.name end, h.at
from (
  select m.identity_id, max(m.at) as at
  from message_key k join message m on m.workspace_id = :workspace and m.id = k.message_id
  where k.workspace_id = :workspace and k.account_id = :account and m.kind = 'incoming'
  group by m.identity_id) h
join identity i on i.workspace_id = :workspace and i.id = h.identity_id
join contact c on c.workspace_id = :workspace and c.id = i.contact_id
order by h.at desc limit :most
