/** What a message says: text with links, or the mail as designed, what it repeats folded away, and its files. */
import { Fragment, useState, type ReactNode } from "react";
import type { Attachment, Message } from "@shared/types";
import { useT } from "@lib/i18n";
import { bytes } from "@lib/time";
import { IconDots, IconDownload, IconFile, IconFileText, IconMusic, IconPhoto, IconVideo } from "../icons";
import css from "./Body.module.css";
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

/** onFetch: asks again for a file that could not be had. */
type FetchFile = ((file: Attachment) => void) | undefined;

export function Body({ message, onFetch }: { message: Message; onFetch?: FetchFile }) {
  const t = useT();
  const own = message.html !== null && message.kind !== "incoming";
  const rich = message.html !== null && !own && isDesigned(message.html);
  const [designed, setDesigned] = useState(rich);
  const [quoted, setQuoted] = useState(false);
  const html = message.html;
  return (
    <>
      {designed && html ? (
        <MailFrame html={html} files={message.attachments} title={t("thread.mail_frame", { name: message.author.name })} />
      ) : own && html ? (
        <Rich html={html} files={message.attachments} />
      ) : (
        <p className={css.text} dir="auto"><Linked text={message.text} /></p>
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
      <Files files={message.attachments.filter((file) => !(file.inline && (designed || own)))} onFetch={onFetch} />
    </>
  );
}

function iconOf(type: string) {
  const icons: [string, typeof IconFile][] = [["image/", IconPhoto], ["audio/", IconMusic], ["video/", IconVideo], ["text/", IconFileText]];
  return icons.find(([start]) => type.startsWith(start))?.[1] ?? (/pdf|word|document/.test(type) ? IconFileText : IconFile);
}

export function Files({ files, onFetch }: { files: readonly Attachment[]; onFetch?: FetchFile }) {
  if (files.length === 0) return null;
  const images = files.filter((file) => file.media_type.startsWith("image/") && file.state === "stored" && file.url);
  const rest = files.filter((file) => !images.includes(file));
  return (
    <div className={css.files}>
      {images.map((file) => <Picture key={file.id} file={file} />)}
      {rest.map((file) => <FileCard key={file.id} file={file} onFetch={onFetch} />)}
    </div>
  );
}

function Picture({ file }: { file: Attachment }) {
  const t = useT();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileCard file={file} />;
  const size = file.width && file.height ? { width: file.width, height: file.height } : {};
  return (
    <a href={file.url} target="_blank" rel="noreferrer noopener" className={css.picture} aria-label={t("thread.open_image", { name: file.name })}>
      <img src={file.url} alt={file.name} loading="lazy" {...size} onError={() => setBroken(true)} />
    </a>
  );
}

function FileCard({ file, onFetch }: { file: Attachment; onFetch?: FetchFile }) {
  const t = useT();
  const Icon = iconOf(file.media_type);
  const inside = (
    <>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={css.name}>{file.name}</span>
      <span className={css.size}>
        {file.state === "loading" ? t("thread.attachment_loading") : file.state === "failed" ? t("thread.attachment_failed") : bytes(t, file.size_bytes)}
      </span>
      {file.url && file.state === "stored" ? <IconDownload size={15} aria-hidden /> : null}
    </>
  );
  if (file.state === "failed" && onFetch) {
    return (
      <span className={css.file}>
        {inside}
        <button type="button" className={css.again} aria-label={t("thread.attachment_retry", { name: file.name })} onClick={() => onFetch(file)}>{t("common.retry")}</button>
      </span>
    );
  }
  if (!file.url || file.state !== "stored") return <span className={css.file}>{inside}</span>;
  return <a className={css.file} href={file.url} download={file.name} aria-label={t("thread.download", { name: file.name })}>{inside}</a>;
}
