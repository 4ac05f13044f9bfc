-- ------------------------------------------------------------------ conversations

-- What an account's page counts: replies of the last day that failed.
create index part_failed on part (account_id, attempted_at) where state = 'failed';
