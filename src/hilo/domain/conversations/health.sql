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
          and p.state = 'failed' and p.attempted_at > :since order by p.attempted_at desc limit 1)
