-- A shop's queue. Whoever changes it holds the shop's row.

-- name: make_shop
insert into shop_queue (workspace_id, account_id) values (:workspace, :account)
on conflict do nothing

-- name: hold
select is_open, day, last_number, last_rank, first_rank from shop_queue
where workspace_id = :workspace and account_id = :account for update

-- name: hold_conversation
select id from conversation where workspace_id = :workspace and id = :id for no key update

-- name: set_open
update shop_queue set is_open = :is_open where workspace_id = :workspace and account_id = :account

-- name: set_marks
update shop_queue set day = :day, last_number = :number, last_rank = :last, first_rank = :first
where workspace_id = :workspace and account_id = :account

-- name: stale
-- Turns that nobody ended.
select v.id from visit v
where v.workspace_id = :workspace and v.account_id = :account
  and v.state in ('waiting', 'called', 'serving') and v.joined_at <= :before
order by v.rank for update of v

-- name: insert
insert into visit (workspace_id, id, account_id, conversation_id, message_id,
                   visitor, client_id, day, number, name, topic, rank, joined_at)
values (:workspace, :id, :account, :conversation, :message, :visitor, :client, :day, :number, :name, :topic, :rank, :now)

-- name: taken
-- The turn of this name, or the one this person still has.
select v.id from visit v join conversation c on c.workspace_id = :workspace and c.id = v.conversation_id
where v.workspace_id = :workspace and v.account_id = :account
  and ((v.visitor = :visitor and v.client_id = :client)
    or (v.state in ('waiting', 'called', 'serving') and v.joined_at > :after and c.contact_id = any(:contacts)))
order by v.client_id = :client desc, v.joined_at desc limit 1

-- name: waiting
select id from visit
where workspace_id = :workspace and account_id = :account and state = 'waiting' and joined_at > :after
order by rank

-- name: waiting_count
select count(*) from visit
where workspace_id = :workspace and account_id = :account and state = 'waiting' and joined_at > :after

-- name: change
update visit set state = :state, rank = :rank, counter = :counter, agent_id = :agent, calls = :calls,
  called_at = :called, began_at = :began, ended_at = :ended
where workspace_id = :workspace and id = :id

-- name: pick_up
-- No row: it was picked up before.
update visit set is_picked_up = true
where workspace_id = :workspace and id = :id and not is_picked_up returning id

-- name: forget
delete from visit where workspace_id = :workspace and conversation_id = :conversation
  and message_id = any(:messages) returning id

-- name: move
update visit set conversation_id = :into
where workspace_id = :workspace and conversation_id = :conversation and message_id = any(:messages)

-- name: account_of
select account_id from visit where workspace_id = :workspace and id = :id

-- name: views
select v.id, v.account_id, v.conversation_id, c.contact_id, v.number, v.name, v.topic, v.state, v.rank, v.counter,
       v.agent_id, a.name as agent_name, v.calls, v.joined_at, v.called_at, v.began_at, v.ended_at
from visit v
join conversation c on c.workspace_id = :workspace and c.id = v.conversation_id
left join agent a on a.workspace_id = :workspace and a.id = v.agent_id
where v.workspace_id = :workspace and v.id = any(:ids)

-- name: here
-- Everybody who is served, was called or waits.
select v.id, v.account_id, v.conversation_id, c.contact_id, v.number, v.name, v.topic, v.state, v.rank, v.counter,
       v.agent_id, a.name as agent_name, v.calls, v.joined_at, v.called_at, v.began_at, v.ended_at
from visit v
join conversation c on c.workspace_id = :workspace and c.id = v.conversation_id
left join agent a on a.workspace_id = :workspace and a.id = v.agent_id
where v.workspace_id = :workspace and v.account_id = :account
  and v.state in ('waiting', 'called', 'serving') and v.joined_at > :after
order by array_position(array['serving', 'called', 'waiting'], v.state), v.rank

-- name: over
-- Visits that have ended, the newest first.
select v.id, v.account_id, v.conversation_id, c.contact_id, v.number, v.name, v.topic, v.state, v.rank, v.counter,
       v.agent_id, a.name as agent_name, v.calls, v.joined_at, v.called_at, v.began_at, v.ended_at
from visit v
join conversation c on c.workspace_id = :workspace and c.id = v.conversation_id
left join agent a on a.workspace_id = :workspace and a.id = v.agent_id
where v.workspace_id = :workspace and v.account_id = :account and v.ended_at is not null
  and (v.ended_at, v.id) < (:before_at, :before)
order by v.ended_at desc, v.id desc limit :most

-- name: board
select v.id, v.number, v.state, v.counter, v.agent_id, coalesce(v.began_at, v.called_at, v.joined_at) as since
from visit v
where v.workspace_id = :workspace and v.account_id = :account
  and v.state in ('waiting', 'called', 'serving') and v.joined_at > :after
order by v.rank

-- name: is_open
select is_open from shop_queue where workspace_id = :workspace and account_id = :account

-- name: services
-- How long the last ones took.
select extract(epoch from v.ended_at - v.began_at)::float8 from visit v
where v.workspace_id = :workspace and v.account_id = :account and v.state = 'served'
  and v.ended_at > :since and v.began_at is not null
order by v.ended_at desc limit 50

-- name: serving_agents
-- At how many places people are served: who is at it, or has just been.
select count(distinct v.agent_id) from visit v
where v.workspace_id = :workspace and v.account_id = :account and v.agent_id is not null
  and ((v.state in ('called', 'serving') and v.joined_at > :after)
    or (v.ended_at > :since and v.state in ('served', 'no_show')))

-- name: mine
-- The last visits of these contacts in the shop that are not long over.
select v.id from visit v join conversation c on c.workspace_id = :workspace and c.id = v.conversation_id
where v.workspace_id = :workspace and v.account_id = :account and c.contact_id = any(:contacts)
  and v.joined_at > :after and (v.ended_at is null or v.ended_at > :ended)
order by v.ended_at is null desc, v.joined_at desc limit 1

-- name: shops
select a.id, a.inbox_id, a.name, a.settings, coalesce(q.is_open, true), (
         select count(*) from visit v where v.workspace_id = :workspace and v.account_id = a.id
           and v.state = 'waiting' and v.joined_at > :after)
from account a
left join shop_queue q on q.workspace_id = :workspace and q.account_id = a.id
where a.workspace_id = :workspace and a.channel = :channel and a.state <> 'off'
  and (:account::uuid is null or a.id = :account)
order by lower(a.name), a.id
