-- Codes with which a conversation goes on elsewhere.

-- name: minted
-- How many were asked for lately.
select count(*) from crossing
where workspace_id = :workspace and conversation_id = :conversation and created_at > :since

-- name: mint
insert into crossing (workspace_id, id, code_hash, conversation_id, account_id, by, expires_at, created_at)
values (:workspace, :id, :hash, :conversation, :account, :by, :expires_at, :now)

-- name: forget_old
-- What nobody can use any more; what was used stays, for it says where its sender goes on.
delete from crossing
where workspace_id = :workspace and conversation_id = :conversation and used_at is null and expires_at < :now

-- name: heard
-- Of these codes, those that lead here and can be used still, with whose conversation it is.
select x.code_hash as hash, x.id, x.conversation_id as conversation, c.contact_id as contact
from crossing x join conversation c on c.workspace_id = :workspace and c.id = x.conversation_id
join contact p on p.workspace_id = :workspace and p.id = c.contact_id and p.blocked_at is null
where x.workspace_id = :workspace and x.code_hash = any(:hashes::bytea[]) and x.account_id = :account
  and x.used_at is null and x.expires_at > :now

-- name: use
-- Once: of two who come with the same code at the same moment one gets it.
update crossing set used_at = :now, identity_id = :identity
where workspace_id = :workspace and id = :id and used_at is null and expires_at > :now
returning id

-- name: misses
select identity_id from crossing_miss
where workspace_id = :workspace and identity_id = any(:identities::uuid[]) and at > :since
group by identity_id having count(*) >= :most

-- name: note_misses
with old as (
  delete from crossing_miss where workspace_id = :workspace and identity_id = any(:identities::uuid[]) and at <= :since)
insert into crossing_miss (workspace_id, identity_id, at)
select :workspace, identity, :now from unnest(:identities::uuid[]) as g(identity)

-- name: bonds
-- How firmly these contacts are known: by a proven mail or phone; by nothing but browsers and what was only said.
select i.contact_id as contact, bool_or(i.verified and i.kind in ('email', 'phone')) as is_known,
       bool_and(i.kind = 'visitor' or not i.verified) as is_stray
from identity i where i.workspace_id = :workspace and i.contact_id = any(:contacts::uuid[])
group by i.contact_id

-- name: last_heard_by
-- By which account the contact last wrote here.
select account_id from message
where workspace_id = :workspace and conversation_id = :conversation and kind = 'incoming' and account_id is not null
order by seq desc limit 1
