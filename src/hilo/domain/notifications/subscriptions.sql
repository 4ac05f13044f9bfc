-- Browsers that wish to be called.

-- name: visitor
-- The identity of a visitor's browser; none before its first message was understood.
select i.id from identity i
where i.workspace_id = :workspace and i.kind = 'visitor' and i.scope = :account and i.value = :visitor

-- name: keep
insert into push_subscription (workspace_id, id, account_id, identity_id, endpoint, public_key, auth, page, locale)
values (:workspace, :id, :account, :identity, :endpoint, :public_key, :auth, :page, :locale)
on conflict (workspace_id, account_id, endpoint) do update set identity_id = excluded.identity_id,
  public_key = excluded.public_key, auth = excluded.auth, page = excluded.page, locale = excluded.locale

-- name: crowd_out
-- A visitor has a few browsers at most; older ones give way.
delete from push_subscription where workspace_id = :workspace and id in (
  select s.id from push_subscription s
  where s.workspace_id = :workspace and s.identity_id = :identity
  order by s.created_at desc, s.id desc offset :most)

-- name: is_subscribed
select exists (select 1 from push_subscription s join identity i on i.workspace_id = :workspace and i.id = s.identity_id
               where s.workspace_id = :workspace and s.account_id = :account
                 and i.kind = 'visitor' and i.scope = :account and i.value = :visitor)

-- name: unsubscribe
delete from push_subscription s using identity i
where s.workspace_id = :workspace and s.account_id = :account
  and i.workspace_id = :workspace and i.id = s.identity_id and i.kind = 'visitor' and i.scope = :account
  and i.value = :visitor

-- name: drop
delete from push_subscription where workspace_id = :workspace and id = :id
