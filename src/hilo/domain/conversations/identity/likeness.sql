-- Who may be the same person, and why.

-- name: said
-- What the contact wrote last, itself.
select left(m.subject || ' ' || m.text, 2000) from conversation c cross join lateral (
  select m.subject, m.text, m.id from message m
  where m.workspace_id = :workspace and m.conversation_id = c.id and m.kind = 'incoming'
  order by m.seq desc limit 20) m
where c.workspace_id = :workspace and c.contact_id = :contact
order by m.id desc limit 30

-- name: shared
-- Who has one of these addresses; who says to have one of this contact, or has one that this contact says to have;
-- who came with a code into a conversation of the other.
select i.contact_id as contact, i.kind, i.value from unnest(:kinds::text[], :values::text[]) as g(kind, value)
join identity i on i.workspace_id = :workspace and i.kind = g.kind and i.value = g.value
  and i.scope = '00000000-0000-0000-0000-000000000000'
join contact c on c.workspace_id = :workspace and c.id = i.contact_id and c.merged_into is null
where i.contact_id <> :contact
union
select i.contact_id as contact, i.kind, i.value from identity_claim q
join identity i on i.workspace_id = :workspace and i.kind = q.kind and i.value = q.value
  and i.scope = '00000000-0000-0000-0000-000000000000'
where q.workspace_id = :workspace and q.contact_id = :contact and i.contact_id <> :contact
union
select q.contact_id, i.kind, i.value from identity i
join identity_claim q on q.workspace_id = :workspace and q.kind = i.kind and q.value = i.value
where i.workspace_id = :workspace and i.contact_id = :contact and q.contact_id <> :contact
union
select c.contact_id as contact, 'code' as kind, a.name as value from identity i
join crossing x on x.workspace_id = :workspace and x.identity_id = i.id
join conversation c on c.workspace_id = :workspace and c.id = x.conversation_id
join account a on a.workspace_id = :workspace and a.id = x.account_id
where i.workspace_id = :workspace and i.contact_id = :contact and c.contact_id <> :contact
union
select i.contact_id, 'code', a.name from conversation c
join crossing x on x.workspace_id = :workspace and x.conversation_id = c.id
join identity i on i.workspace_id = :workspace and i.id = x.identity_id
join account a on a.workspace_id = :workspace and a.id = x.account_id
where c.workspace_id = :workspace and c.contact_id = :contact and i.contact_id <> :contact

-- name: alike
-- Those with one of these facts or the same name.
select c.id, c.name, c.locale, c.time_zone, c.attributes,
       coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value,
                                  'verified', i.verified, 'scope', i.scope,
                                  'by_code', i.by_code) order by i.created_at, i.id)
                 from identity i where i.workspace_id = :workspace and i.contact_id = c.id), '[]'),
       c.blocked_at, c.merged_into, c.version, c.created_at, c.updated_at,
       c.avatar_id
from contact c
where c.workspace_id = :workspace and c.merged_into is null and c.id <> :contact
  and (c.id = any(:ids::uuid[]) or c.id in (select id from hilo_contacts_alike(:facts, :name, :most)))
order by c.updated_at desc, c.id desc

-- name: dismissed
select case when one_id = :contact then other_id else one_id end as contact, reasons from likeness_dismissal
where workspace_id = :workspace and (one_id = :contact or other_id = :contact)

-- name: dismiss
insert into likeness_dismissal (workspace_id, one_id, other_id, reasons, by, at)
values (:workspace, least(:contact::uuid, :other::uuid), greatest(:contact::uuid, :other::uuid), :reasons, :by, :now)
on conflict (workspace_id, one_id, other_id)
do update set reasons = excluded.reasons, by = excluded.by, at = excluded.at

-- name: bring_back
delete from likeness_dismissal
where workspace_id = :workspace and one_id = least(:contact::uuid, :other::uuid)
  and other_id = greatest(:contact::uuid, :other::uuid)
