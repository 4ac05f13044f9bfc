-- How much a conversation presses, and what agents write and do again and again.

-- ------------------------------------------------------------------ conversations

-- 0 none, 1 low, 2 normal, 3 high, 4 urgent.
alter table conversation add column priority smallint not null default 0 check (priority between 0 and 4);
-- A list by priority walks those that have one, then the others along the index it has anyway.
create index conversation_priority on conversation (workspace_id, priority desc, activity_at desc, id desc)
  where priority > 0;
