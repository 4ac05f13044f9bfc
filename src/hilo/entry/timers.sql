-- What the clock does across workspaces.

-- name: due_snoozes
select workspace_id, conversation_id from hilo_due_snoozes(:most)

-- name: fold_counts
select hilo_fold_counts()

-- name: partitions_ahead
select hilo_partitions_ahead()

-- name: tidy
select hilo_tidy()
