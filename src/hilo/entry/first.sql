-- What the first run asks before there is any workspace.

-- name: any_workspace
select exists (select from hilo_workspaces());
