-- The built-in catcher: mail that has no outgoing server stays on this machine, to be looked at.

-- name: keep
insert into caught_mail (workspace_id, id, account_id, mail_from, rcpt_to, subject, raw, at)
values (:workspace, :id, :account, :mail_from, :rcpt_to, :subject, :raw, :now)

-- name: caught
-- Newest first; of one recipient, or of all. house: with letters of the house, which name no account,
-- but those to whom is beyond the reader.
-- narrowed: inboxes of which the reader sees less than everything.
select id, account_id, mail_from, rcpt_to, subject, raw, at from caught_mail
where workspace_id = :workspace
  and (:address::text is null or :address = any (select lower(r) from unnest(rcpt_to) r))
  and (:before::uuid is null or id < :before)
  and (account_id is not null or :house and not exists (
    select from unnest(rcpt_to) r where lower(r) = any(:beyond::text[])))
  and (:narrowed::uuid[] is null or exists (
    select 1 from account a
    where a.workspace_id = :workspace and a.id = caught_mail.account_id and a.inbox_id <> all(:narrowed)))
order by id desc limit :most
