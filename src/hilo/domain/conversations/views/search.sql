-- Search over messages. Row-level security keeps us from the indexes of words and trigrams: the
-- definer's function finds the ids of this workspace, here they become messages.

-- name: messages
select m.id, m.conversation_id, m.seq, m.kind, m.channel, m.inbox_id, m.author_kind, m.author_id,
       m.author_name, m.subject, m.text, m.html, m.quoted, m.reply_to, m.attachments, m.meta, m.state,
       m.error, m.client_id, m.at, m.created_at, m.content, m.reactions, m.edited_at, m.deleted_at, m.parts,
       c.contact_id
from message m join conversation c on c.workspace_id = :workspace and c.id = m.conversation_id
where m.workspace_id = :workspace and m.id = any(array(
  select * from hilo_search_messages(:words::text[], :codes::text[], :parts::text[], :inbox, :channel,
                                     :first_id, :before_id, :most)))
order by m.id desc

-- name: hits
-- Which of these words the question means, by the stemmers.
select w from unnest(:candidates::text[]) w
where exists (select 1 from unnest(:words::text[]) q where hilo_tsv(w) @@ hilo_word(q))
