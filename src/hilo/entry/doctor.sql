-- What `hilo doctor` asks as the owner, over all workspaces.

-- name: sealed_secrets
select workspace_id, id, secrets, state, coalesce(problem::text, '') from account order by id;

-- name: waiting
-- What the demo brings along to be looked at is no fault.
select (select count(*) from delivery v
        where v.state = 'parked' and not exists (
          select 1 from demo_row d where d.workspace_id = v.workspace_id and d.table_name = 'delivery' and d.row_id = v.id)),
       (select count(*) from parked_event),
       (select count(*) from pgqueuer where status = 'failed'),
       (select count(*) from workspace);

-- name: clock
select now();
