-- What the operator's commands ask before they are in any workspace.

-- name: workspaces
select id from hilo_workspaces() as w(id);
