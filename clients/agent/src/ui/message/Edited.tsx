/** That a message was changed after it was said, and when; what it said before is one click away. */
import { useState } from "react";
import type { Instant, Message } from "@shared/types";
import { api } from "@lib/api";
import { useT } from "@lib/i18n";
import { exact } from "@lib/time";
import { Floating } from "../Floating";
import css from "./Edited.module.css";

/** A text as it was; at: until when. */
interface Before { text: string; at: Instant }

export function Edited({ message }: { message: Message }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [texts, setTexts] = useState<readonly Before[] | "failed" | null>(null);
  if (!message.edited_at || message.deleted_at) return null;
  function show(): void {
    setOpen(!open);
    setTexts(null);
    api.get<{ items: Before[] }>(`/conversations/${message.conversation_id}/messages/${message.id}/edits`)
      .then(({ items }) => setTexts(items), () => setTexts("failed"));
  }
  return (
    <Floating open={open} onClose={() => setOpen(false)} label={t("thread.before_edit")} side="start" width={320} trigger={
      <button type="button" className={css.edited} aria-expanded={open} title={exact(t, message.edited_at)} onClick={show}>{t("thread.edited")}</button>
    }>
      <div className={css.texts} tabIndex={-1}>
        <b>{t("thread.before_edit")}</b>
        {texts === "failed" ? <p>{t("error.internal")}</p> : texts?.map((one, index) => (
          <p key={index}><small>{t("thread.until", { time: exact(t, one.at) })}</small><span dir="auto">{one.text}</span></p>
        )) ?? <p>{t("common.loading")}</p>}
      </div>
    </Floating>
  );
}
