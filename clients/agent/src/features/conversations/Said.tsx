/** One message in the thread, with what stands around it. Drawn anew only when something of it is another. */
import type { Id, Message } from "@shared/types";
import { lazy, memo, Suspense } from "react";
import { useT } from "@lib/i18n";
import type { AgentSelf, Channel } from "@lib/model";
import { Entry, Turn } from "@ui/message/Entry";
import { react } from "./amend/amend";
import { MessageActs } from "./amend/MessageActs";
import { fetchAgain, retry, withdraw } from "./composer/send";
import { Stuck } from "./Stuck";
import css from "./Thread.module.css";

const EditBox = lazy(() => import("./amend/EditBox").then((module) => ({ default: module.EditBox })));

interface Props {
  message: Message;
  /** The messages it is drawn for: an album's are one. */
  ids: readonly string[];
  contact: string; person: Id; me: AgentSelf;
  channel: Channel | undefined;
  /** What it answers. */
  answers: Message | undefined;
  /** The line for what is unread stands above it; the line goes on by another channel. */
  unread: boolean; turns: boolean;
  spans: boolean; may: boolean; editing: boolean;
  onEdit: (id: string | null) => void; onSeek: (id: string) => void;
}

export const Said = memo(function Said({ message, ids, contact, person, me, channel, answers, unread, turns, spans, may, editing, onEdit, onSeek }: Props) {
  const t = useT();
  const waits = message.kind === "outgoing" && message.state === "queued";
  return (
    <>
      {unread ? <p className={css.unread}><span>{t("thread.unread_line")}</span></p> : null}
      {turns ? <Turn channel={message.channel} /> : null}
      <div className={css.entry}>
        {ids.slice(1).map((id) => <span key={id} id={`m-${id}`} />)}
        <Entry message={message} contact={contact} person={person} spans={spans}
          acts={<MessageActs message={message} channel={channel} onEdit={() => onEdit(message.id)} />}
          {...(may ? { onUnmark: (emoji: string) => void react(message, me, emoji) } : {})}
          {...(editing && channel ? { instead: <Suspense fallback={message.text}><EditBox message={message} channel={channel} onDone={() => onEdit(null)} /></Suspense> } : {})}
          {...(waits ? { delay: <Stuck message={message} /> } : {})}
          onFetch={(file) => void fetchAgain(message, file)}
          onRetry={(decision, part) => void retry(message, decision, part)}
          {...(message.author.id === me.id ? { onUndo: () => void withdraw(message) } : {})}>
          <Answered message={answers} onSeek={onSeek} />
        </Entry>
      </div>
    </>
  );
});

/** What a message answers, in a line; a click leads there. */
function Answered({ message, onSeek }: { message: Message | undefined; onSeek: (id: string) => void }) {
  const t = useT();
  if (!message) return null;
  return (
    <a href={`#m-${message.id}`} className={css.answered} onClick={(event) => {
      event.preventDefault();
      onSeek(message.id);
    }}>
      <span>{t("thread.reply_to", { name: message.author.name })}</span> {message.deleted_at ? t("thread.deleted") : message.text.slice(0, 120) || message.attachments[0]?.name}
    </a>
  );
}
