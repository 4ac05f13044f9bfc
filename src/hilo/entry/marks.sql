-- Signs that pass.

-- name: last_heard
select m.account_id, i.kind, i.value, m.external_id
from message m join identity i on i.workspace_id = :workspace and i.id = m.identity_id
where m.workspace_id = :workspace and m.conversation_id = :conversation and m.kind = 'incoming'
  and m.account_id is not null
order by m.seq desc limit 1
