/** One conversation: head, thread, composer. */
import type { Conversation, Id } from "@shared/types";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ApiError } from "@lib/api";
import { listed } from "@lib/cache";
import { useT } from "@lib/i18n";
import { usePresence } from "@lib/live";
import { contactQuery, conversationQuery, messagesQuery } from "@lib/queries";
import { Button } from "@ui/Button";
import { Coming } from "@ui/Coming";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Composer } from "./composer/Composer";
import css from "./ConversationPane.module.css";
import { Thread } from "./Thread";
import { ThreadHead } from "./ThreadHead";

interface Props { id: Id; panel: boolean; wide: boolean; onPanel: () => void; onBack: () => void; onDone: () => void }

export function ConversationPane({ id, ...rest }: Props) {
  const t = useT();
  const { data, error, isError, fetchStatus, refetch } = useQuery({ ...conversationQuery(id), placeholderData: () => listed(id) });
  const paused = fetchStatus === "paused";
  if (isError && !data) {
    if (!(error instanceof ApiError && error.status === 404)) return <Failed what={t("thread.error")} error={error} retry={() => void refetch()} />;
    return <Empty drawing="thread" title={t("thread.gone")} action={<Button onClick={rest.onBack}>{t("thread.gone_back")}</Button>}>{t("thread.gone_body")}</Empty>;
  }
  if (!data && paused) return <Empty drawing="thread" title={t("thread.not_kept_title")}>{t("thread.not_kept_body")}</Empty>;
  if (!data) return <div className={css.pane}><Coming><Bones kind="message" rows={5} /></Coming></div>;
  return <Opened key={id} conversation={data} {...rest} />;
}

function Opened({ conversation, panel, wide, onPanel, onBack, onDone }: Omit<Props, "id"> & { conversation: Conversation }) {
  const typing = usePresence(conversation.id);
  const contact = useQuery(contactQuery(conversation.contact.id)).data;
  const last = useInfiniteQuery(messagesQuery(conversation.id)).data?.pages[0]?.items.find((one) => one.kind === "incoming" || one.kind === "outgoing");
  return (
    <div className={css.pane}>
      <ThreadHead conversation={conversation} panel={panel} onPanel={onPanel} onBack={onBack} onDone={onDone} wide={wide} />
      <Thread conversation={conversation} />
      <Composer conversation={conversation} contact={contact} last={last} typing={typing} onResolved={onDone} />
    </div>
  );
}
