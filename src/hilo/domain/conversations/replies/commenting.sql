-- Answers to what was said in public.

-- name: answered
-- The message that is named, or the contact's last one.
select m.id, m.content from message m
where m.workspace_id = :workspace and m.conversation_id = :conversation and m.kind = 'incoming'
  and m.identity_id = :identity and (:message::uuid is null or m.id = :message)
order by m.seq desc limit 1
