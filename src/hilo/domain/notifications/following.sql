-- Answers nobody came back for.

-- name: wishing
-- Of these answers, those of a chat that follows by mail, and after how long.
select m.conversation_id, (a.settings ->> 'mail_after_s')::int
from message m join account a on a.workspace_id = :workspace and a.id = m.account_id
where m.workspace_id = :workspace and m.id = any(:messages) and m.kind = 'outgoing'
  and jsonb_typeof(a.settings -> 'mail_after_s') = 'number' and (a.settings ->> 'mail_after_s')::int > 0

-- name: unseen
-- What left since the contact was last heard or followed, and was not read; the oldest first.
select m.id, m.text, m.author_name, m.attachments
from message m join account a on a.workspace_id = :workspace and a.id = m.account_id
where m.workspace_id = :workspace and m.conversation_id = :conversation and m.kind = 'outgoing'
  and m.state in ('sent', 'delivered') and m.author_kind = 'agent'
  and jsonb_typeof(a.settings -> 'mail_after_s') = 'number' and (a.settings ->> 'mail_after_s')::int > 0
  and m.seq > coalesce((
    select max(o.seq) from message o
    where o.workspace_id = :workspace and o.conversation_id = :conversation and (o.kind = 'incoming' or exists (
      select 1 from message_client k where k.workspace_id = :workspace and k.conversation_id = :conversation
        and k.client_id = 'follows:' || o.id::text))), 0)
order by m.seq
