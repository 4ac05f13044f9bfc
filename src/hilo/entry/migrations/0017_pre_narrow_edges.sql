-- What an agent does not see (ADR 0051), at its edges; and whose caught mail is whose.

-- ------------------------------------------------------------------ people

-- Of these conversations and contacts those that a sight hides. What is gone is hidden, too: nobody can say any more
-- who would have seen it, and the log still tells of it.
create or replace function hilo_hidden(sight text, subjects uuid[]) returns setof uuid language plpgsql stable
  security definer set search_path = public, pg_catalog as $$
declare before text := coalesce(current_setting('hilo.sight', true), '');
begin
  perform set_config('hilo.sight', $1, true);
  return query select s.id from unnest($2) s(id)
    left join conversation c on c.workspace_id = hilo_workspace() and c.id = s.id
    where case when c.id is not null then not hilo_sees(c.inbox_id, c.assignee_id, c.team_id)
               when exists (select from contact p where p.workspace_id = hilo_workspace() and p.id = s.id)
               then not hilo_sees_contact(s.id) else true end;
  perform set_config('hilo.sight', before, true);
end $$;

-- ------------------------------------------------------------------ inboxes

-- Letters of the house (a new password, an invitation) name no account from now on; those kept so far are known by
-- whom they are for.
update caught_mail m set account_id = null
where exists (select from unnest(m.rcpt_to) r where lower(r) in (
  select email from login union all select email from invitation i where i.workspace_id = m.workspace_id));
