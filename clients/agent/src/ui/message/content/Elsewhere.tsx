/** What was said about something that stands elsewhere: a story, a post, a page; and what cannot be shown. */
import type { Comment, Shared, Story, Strange } from "@shared/content";
import type { Attachment } from "@shared/types";
import { useT } from "@lib/i18n";
import { IconExternalLink, IconHelp, IconMessage, IconPhoto, IconShare } from "../../icons";
import { Files } from "../Files";
import css from "./Content.module.css";

/** Only addresses of pages are made into links. */
export const pageOf = (url: string | undefined): string | null => (url && /^https?:\/\//i.test(url) ? url : null);

function Out({ url, label }: { url: string | undefined; label: string }) {
  const page = pageOf(url);
  return page ? <a className={css.link} href={page} target="_blank" rel="noreferrer noopener">{label}<IconExternalLink size={13} aria-hidden /></a> : null;
}

export function StoryView({ content, files }: { content: Story; files: readonly Attachment[] }) {
  const t = useT();
  return (
    <div className={css.stack}>
      <p className={css.title}><IconPhoto size={15} aria-hidden /> <b>{t(content.what === "mention" ? "content.story_mention" : "content.story_reply")}</b> <Out url={content.url} label={t("content.open_story")} /></p>
      <Files files={files} />
    </div>
  );
}

export function CommentView({ content }: { content: Comment }) {
  const t = useT();
  return (
    <div className={css.about}>
      <p className={css.title}><IconMessage size={15} aria-hidden /> <b>{t(content.parent ? "content.comment_below" : "content.comment")}</b></p>
      {content.preview ? <p className={css.preview} dir="auto">{content.preview}</p> : null}
      <p className={css.small}>{t("content.public")}</p>
      <Out url={content.link} label={t("content.open_post")} />
    </div>
  );
}

export function SharedView({ content }: { content: Shared }) {
  const t = useT();
  return (
    <div className={`${css.card} ${css.about}`}>
      <p className={css.title}><IconShare size={15} aria-hidden /> <b dir="auto">{content.title || t("content.shared")}</b></p>
      {content.preview ? <p className={css.preview} dir="auto">{content.preview}</p> : null}
      <Out url={content.url} label={t("content.open_post")} />
    </div>
  );
}

export function StrangeView({ content }: { content: Strange }) {
  const t = useT();
  return (
    <p className={css.strange}>
      <IconHelp size={15} aria-hidden />
      <span>{t("content.strange", { kind: content.kind.replaceAll(/[_-]/g, " ") })}{content.reason ? <small>{content.reason}</small> : null}</span>
    </p>
  );
}
