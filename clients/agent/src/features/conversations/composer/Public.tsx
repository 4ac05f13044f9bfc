/** Where the answer to a comment goes: to the person alone, or below the comment, where everybody reads it. */
import type { Id, Message } from "@shared/types";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useT } from "@lib/i18n";
import { messagesQuery } from "@lib/queries";
import { moment } from "@lib/time";
import css from "./Composer.module.css";

/** The comment that is answered: the message that is named, else the contact's last one. */
export function useComment(id: Id, named: Id | undefined): Message | null {
  const said = useInfiniteQuery(messagesQuery(id)).data?.pages.flatMap((page) => page.items) ?? [];
  const answered = said.find((one) => one.kind === "incoming" && (!named || one.id === named));
  return answered?.content?.type === "comment" ? answered : null;
}

interface Props { on: boolean; until: string | null | undefined; files: boolean; onChange: (on: boolean) => void }

/** until: when an answer in private may leave at the latest. files: an answer in public is text alone. */
export function Public({ on, until, files, onChange }: Props) {
  const t = useT();
  const alone = until ? t("public.alone_until", { time: moment(t, until) }) : t("public.alone");
  return (
    <div className={css.public}>
      <div role="group" aria-label={t("public.where")} className={css.modes}>
        <button type="button" aria-pressed={!on} onClick={() => onChange(false)}>{t("public.private")}</button>
        <button type="button" aria-pressed={on} onClick={() => onChange(true)}>{t("public.below")}</button>
      </div>
      <span role="status" data-bad={on && files}>{on ? t(files ? "public.no_files" : "public.everybody") : alone}</span>
    </div>
  );
}
