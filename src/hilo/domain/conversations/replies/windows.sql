-- When somebody was last heard: what opens a channel's window for free replies.

-- name: heard
-- By one account and identity, in any conversation of the contact; by the vendor's own clock.
select m.at from conversation c
cross join lateral (
  select m.at from message m
  where m.workspace_id = :workspace and m.conversation_id = c.id and m.kind = 'incoming'
    and m.account_id = :account and m.identity_id = :identity
  order by m.seq desc limit 1) m
where c.workspace_id = :workspace and c.contact_id = :contact
order by m.at desc limit 1
