-- What `hilo doctor` asks as the owner, over all workspaces.

-- name: sealed_secrets
select workspace_id, id, secrets, state, coalesce(problem::text, '') from account order by id;

-- name: waiting
select (select count(*) from delivery where state = 'parked'),
       (select count(*) from parked_event),
       (select count(*) from pgqueuer where status = 'failed'),
       (select count(*) from workspace);

-- name: clock
select now();
