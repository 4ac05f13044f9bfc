-- What waits for a person, over all workspaces; asked by the operator as the owner.

-- name: parked
select workspace_id, reader, event_id, error, at from parked_event order by at desc limit :most;
