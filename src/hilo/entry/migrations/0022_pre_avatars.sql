-- Pictures of contacts, as their channels tell them.

-- avatar_account: which account told it; another one's does not take its place. avatar_source: a digest of where it is
-- there, so that the same picture is not fetched again.
alter table contact
  add column avatar_id uuid,
  add column avatar_account uuid,
  add column avatar_source text;
-- When the channel was asked last who this is.
alter table identity add column profiled_at timestamptz;
