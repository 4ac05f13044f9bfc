-- Pictures of contacts.

-- name: is_due
-- Of these addresses those whose channel was not asked of late, noted as asked now. In the order of their ids, so that
-- two batches never wait for each other in a ring.
with due as (
  select i.id from identity i
  where i.workspace_id = :workspace and i.id = any(:ids::uuid[])
    and (i.profiled_at is null or i.profiled_at < :before)
  order by i.id for update)
update identity i set profiled_at = :now from due where i.workspace_id = :workspace and i.id = due.id
returning i.id

-- name: held
-- Whose picture an address' channel tells, the row held.
select c.id, c.avatar_id, c.avatar_account, c.avatar_source
from identity i join contact c on c.workspace_id = :workspace and c.id = i.contact_id
where i.workspace_id = :workspace and i.kind = :kind and i.scope = :scope and i.value = :value
  and c.merged_into is null
for no key update of c

-- name: held_by
select id, avatar_id, avatar_account, avatar_source from contact where workspace_id = :workspace and id = :contact

-- name: ask_again
update identity set profiled_at = null where workspace_id = :workspace and contact_id = :contact

-- name: put
update contact set avatar_id = :avatar, avatar_account = :account, avatar_source = :source,
       version = version + 1, updated_at = :now
where workspace_id = :workspace and id = :contact

-- name: keep_source
update contact set avatar_source = :source where workspace_id = :workspace and id = :contact

-- name: unused
-- Of these pictures those that no contact shows any more; a merge leaves one with both.
select a.id from unnest(:ids::uuid[]) a(id)
where not exists (select from contact c where c.workspace_id = :workspace and c.avatar_id = a.id)

-- name: of
select distinct avatar_id from contact
where workspace_id = :workspace and id = any(:contacts::uuid[]) and avatar_id is not null

-- name: give_back
-- Two that were one: a picture that came from the other is only the other's.
update contact w set avatar_id = null, avatar_account = null, avatar_source = null
from contact l
where w.workspace_id = :workspace and w.id = :winner and l.workspace_id = :workspace and l.id = :loser
  and w.avatar_id = l.avatar_id

-- name: move
-- An address becomes a person of its own: the picture its account told goes along.
with taken as (
  select avatar_id, avatar_account, avatar_source from contact
  where workspace_id = :workspace and id = :contact and avatar_account = :account),
given as (
  update contact h set avatar_id = t.avatar_id, avatar_account = t.avatar_account, avatar_source = t.avatar_source
  from taken t where h.workspace_id = :workspace and h.id = :heir returning h.id)
update contact c set avatar_id = null, avatar_account = null, avatar_source = null
from given where c.workspace_id = :workspace and c.id = :contact
