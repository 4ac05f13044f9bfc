-- Loop guards: what an address said of late, and whether it is stopped.

-- name: guard
-- Of the address the contact wrote from last.
select m.identity_id, g.reason, g.tripped_at, g.lifted_at
from (select identity_id from message
      where workspace_id = :workspace and conversation_id = :conversation and kind = 'incoming'
        and identity_id is not null
      order by seq desc limit 1) m
left join loop_guard g on g.workspace_id = :workspace and g.identity_id = m.identity_id

-- name: said
select m.kind, m.author_kind = 'system', m.text, m.created_at from message m
where m.workspace_id = :workspace and m.conversation_id = :conversation
  and m.kind in ('incoming', 'outgoing') and m.created_at > :since
order by m.seq desc limit :most

-- name: trip
insert into loop_guard (workspace_id, identity_id, reason, tripped_at)
values (:workspace, :identity, :reason, :now)
on conflict (workspace_id, identity_id)
do update set reason = excluded.reason, tripped_at = excluded.tripped_at, lifted_at = null, lifted_by = null

-- name: lift
update loop_guard set lifted_at = :now, lifted_by = :agent
where workspace_id = :workspace and identity_id = :identity and lifted_at is null

-- name: exists
select exists (select 1 from conversation where workspace_id = :workspace and id = :conversation)
