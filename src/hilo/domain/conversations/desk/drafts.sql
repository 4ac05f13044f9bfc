-- Drafts: one per conversation, agent and kind, kept so that another device goes on.

-- name: drafts
select kind, text, meta, updated_at from draft
where workspace_id = :workspace and conversation_id = :conversation and agent_id = :agent
order by kind

-- name: save
insert into draft (workspace_id, conversation_id, agent_id, kind, text, meta, updated_at)
values (:workspace, :conversation, :agent, :kind, :text, :meta, :now)
on conflict (workspace_id, conversation_id, agent_id, kind)
do update set text = excluded.text, meta = excluded.meta, updated_at = excluded.updated_at
returning kind, text, meta, updated_at

-- name: drop
delete from draft
where workspace_id = :workspace and conversation_id = :conversation and agent_id = :agent and kind = :kind

-- name: conversation_exists
select exists (select 1 from conversation where workspace_id = :workspace and id = :conversation)
