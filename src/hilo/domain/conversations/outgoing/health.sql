-- How an account's way out does.

-- name: health
select (select count(*) from part p where p.workspace_id = :workspace and p.account_id = :account
          and p.state in ('queued', 'sending')),
       (select min(p.created_at) from part p where p.workspace_id = :workspace and p.account_id = :account
          and p.state in ('queued', 'sending')),
       (select count(*) from part p where p.workspace_id = :workspace and p.account_id = :account
          and p.state = 'uncertain'),
       (select count(*) from part p where p.workspace_id = :workspace and p.account_id = :account
          and p.state = 'failed' and p.attempted_at > :since),
       (select p.error from part p where p.workspace_id = :workspace and p.account_id = :account
          and p.state = 'failed' and p.attempted_at > :since order by p.attempted_at desc limit 1),
       tried.attempted, tried.wrong
-- Of the last parts of the workspace, by the key that is there: a desk of millions a day is told by its newest.
from (
  select count(*) as attempted, count(*) filter (where p.state in ('failed', 'uncertain')) as wrong
  from (select state, account_id, attempted_at from part
        where workspace_id = :workspace and message_id >= :first_id
        order by message_id desc limit :most) p
  where p.account_id = :account and p.attempted_at > :since) tried

-- name: told
-- By event_subject, newest first.
select e.data ->> 'kind', e.data ->> 'detail', e.at from (
  select type, data, at, id from event
  where workspace_id = :workspace and subject = :account
  order by id desc limit 500) e
where e.type = 'account.told'
order by e.id desc limit :most

-- name: left
-- By event_subject: of the newest, what came of which kind.
select e.data ->> 'kind', count(*)::int, max(e.at) from (
  select type, data, at from event
  where workspace_id = :workspace and subject = :account
  order by id desc limit :most) e
where e.type = 'delivery.unknown'
group by 1 order by max(e.at) desc
