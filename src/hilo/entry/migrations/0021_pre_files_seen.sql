-- Which files an agent may attach: what a message carries that the agent sees (ADR 0051).

-- For hilo_files_seen. Few messages carry files; the others are not in it.
create index message_files on message using gin (attachments jsonb_path_ops) where attachments <> '[]';

-- Of these files those that a message carries which the sight does not hide; what is not known is not seen.
create function hilo_files_seen(sight text, files uuid[]) returns setof uuid language plpgsql stable security definer
  set search_path = public, pg_catalog as $$
declare before text := coalesce(current_setting('hilo.sight', true), '');
begin
  perform set_config('hilo.sight', $1, true);
  return query select f.id from unnest($2) f(id)
    where exists (select from message m
                  where m.workspace_id = hilo_workspace() and m.attachments <> '[]'
                    and m.attachments @> jsonb_build_array(jsonb_build_object('id', f.id))
                    and hilo_sees_conversation(m.conversation_id));
  perform set_config('hilo.sight', before, true);
end $$;
revoke all on function hilo_files_seen(text, uuid[]) from public;
grant execute on function hilo_files_seen(text, uuid[]) to hilo_app;
