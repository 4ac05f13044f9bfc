-- Texts that vendors have approved.

-- name: templates
select account_id, name, language, status, category, body, footer, header, header_text, buttons,
       variables, example, reason, synced_at
from template where workspace_id = :workspace and account_id = :account
order by name, language

-- name: one
select account_id, name, language, status, category, body, footer, header, header_text, buttons,
       variables, example, reason, synced_at
from template
where workspace_id = :workspace and account_id = :account and name = :name and language = :language

-- name: keep
insert into template as t (workspace_id, account_id, name, language, status, category, body, footer, header,
                           header_text, buttons, variables, example, reason, synced_at)
select :workspace, :account, g.name, g.language, g.status, g.category, g.body, g.footer, g.header,
       g.header_text, array(select jsonb_array_elements_text(g.buttons)),
       array(select jsonb_array_elements_text(g.variables)), g.example, g.reason, :now
from jsonb_to_recordset(:rows) as g(name text, language text, status text, category text, body text, footer text,
  header text, header_text text, buttons jsonb, variables jsonb, example jsonb, reason text)
on conflict (workspace_id, account_id, name, language) do update set
  status = excluded.status, category = excluded.category, body = excluded.body, footer = excluded.footer,
  header = excluded.header, header_text = excluded.header_text, buttons = excluded.buttons,
  variables = excluded.variables, example = excluded.example, reason = excluded.reason,
  synced_at = excluded.synced_at

-- name: forget
-- What the vendor no longer names.
delete from template where workspace_id = :workspace and account_id = :account and synced_at < :now

-- name: judged
update template set status = case when :status = '' then status else :status end,
                    reason = case when :status = '' then reason else :reason end,
                    category = case when :category = '' then category else :category end
where workspace_id = :workspace and account_id = :account and name = :name and language = :language
returning status, reason
