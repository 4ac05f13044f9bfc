-- Who is called about which answer.

-- name: wishing
-- Of these answers, those whose contact has a browser at the same account that wishes to be called.
select m.id, m.conversation_id, s.id
from message m
join conversation c on c.workspace_id = :workspace and c.id = m.conversation_id
join identity i on i.workspace_id = :workspace and i.contact_id = c.contact_id and i.kind = 'visitor'
join push_subscription s on s.workspace_id = :workspace and s.identity_id = i.id and s.account_id = m.account_id
where m.workspace_id = :workspace and m.id = any(:messages) and m.kind = 'outgoing'
order by m.id, s.id

-- name: called
-- The answer and the browser, while both are there and it was not read.
select s.account_id, s.endpoint, s.public_key, s.auth, s.page, s.locale,
       m.author_name, left(m.text, 500), m.conversation_id
from push_subscription s
join message m on m.workspace_id = :workspace and m.id = :message and m.account_id = s.account_id
where s.workspace_id = :workspace and s.id = :subscription and m.state in ('sent', 'delivered')
