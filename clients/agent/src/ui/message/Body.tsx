/** What a message says: text with links, or the mail as designed, what it repeats folded away, and its files. */
import { Fragment, lazy, Suspense, useState, type ReactNode } from "react";
import { repeats, showsFiles } from "@shared/content";
import type { Message } from "@shared/types";
import { useT } from "@lib/i18n";
import { IconBan, IconDots } from "../icons";
import css from "./Body.module.css";
import { Files, type FetchFile } from "./Files";
import { Invitation } from "./Invitation";
import { isDesigned, MailFrame } from "./MailFrame";
import { Rich } from "./Rich";

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** Text with its addresses made into links. */
export function Linked({ text }: { text: string }): ReactNode {
  return text.split(LINK).map((part, index) => (index % 2
    ? <a key={index} href={part} target="_blank" rel="noreferrer noopener">{part}</a>
    : <Fragment key={index}>{part}</Fragment>));
}

const Content = lazy(() => import("./content/Content"));

export function Body({ message, onFetch }: { message: Message; onFetch?: FetchFile }) {
  const t = useT();
  const own = message.html !== null && message.kind !== "incoming";
  const rich = message.html !== null && !own && isDesigned(message.html);
  const [designed, setDesigned] = useState(rich);
  const [quoted, setQuoted] = useState(false);
  const html = message.html;
  if (message.deleted_at) return <p className={css.deleted}><IconBan size={14} aria-hidden /> {t("thread.deleted")}</p>;
  return (
    <>
      {designed && html ? (
        <MailFrame html={html} files={message.attachments} title={t("thread.mail_frame", { name: message.author.name })} />
      ) : own && html ? (
        <Rich html={html} files={message.attachments} />
      ) : (
        <p className={css.text} dir="auto">{repeats(message.content, message.text) ? null : <Linked text={message.text} />}</p>
      )}
      {rich ? (
        <button type="button" className={css.switch} onClick={() => setDesigned(!designed)}>
          {t(designed ? "thread.show_text" : "thread.show_html")}
        </button>
      ) : null}
      {message.quoted && !designed ? (
        <>
          <button type="button" className={css.fold} aria-expanded={quoted} onClick={() => setQuoted(!quoted)}
            aria-label={t(quoted ? "thread.hide_quoted" : "thread.show_quoted")} title={t(quoted ? "thread.hide_quoted" : "thread.show_quoted")}>
            <IconDots size={16} />
          </button>
          {quoted ? <blockquote className={css.quoted} dir="auto"><Linked text={message.quoted} /></blockquote> : null}
        </>
      ) : null}
      <Invitation message={message} />
      {message.content ? <div className={css.content}><Suspense fallback={<span className={css.coming} />}><Content message={message} /></Suspense></div> : null}
      {showsFiles(message.content) ? null : <Files files={message.attachments.filter((file) => !(file.inline && (designed || own)))} onFetch={onFetch} />}
    </>
  );
}
