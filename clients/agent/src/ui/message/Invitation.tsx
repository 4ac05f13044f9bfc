/** An invitation that came with a mail: what, when and where, and whether we come. */
import { useState } from "react";
import type { Message } from "@shared/types";
import { api } from "@lib/api";
import { reasonOf, useT } from "@lib/i18n";
import { clock, date, exact, sameDay } from "@lib/time";
import { say } from "@lib/toasts";
import { Button } from "../Button";
import css from "./Invitation.module.css";

interface Facts { method?: string; title?: string; place?: string; start?: string; end?: string; organiser?: string; cancelled?: boolean }

const ANSWERS = ["accepted", "tentative", "declined"] as const;

export function Invitation({ message }: { message: Message }) {
  const t = useT();
  const [said, setSaid] = useState<string | null>(null);
  const facts = message.meta["invitation"] as Facts | undefined;
  if (!facts) return null;
  const moment = (at: string): string => (at.includes("T") ? exact(t, at) : date(t, `${at}T12:00:00`));
  const [from, to] = [facts.start ?? "", facts.end ?? ""];
  const short = from.includes("T") && to.includes("T") && sameDay(new Date(from), new Date(to));
  const until = short ? clock(t, new Date(to)) : to && from.includes("T") ? moment(to) : ""; // a day's end is the next day
  async function answer(how: (typeof ANSWERS)[number]): Promise<void> {
    setSaid(how);
    try {
      await api.post(`/conversations/${message.conversation_id}/messages/${message.id}/answer`, { answer: how });
    } catch (error) {
      setSaid(null);
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
  }
  return (
    <section className={css.card} aria-label={t("invitation.label")}>
      <b>{facts.title || t("invitation.label")}</b>
      {facts.start ? <span className={css.when}>{[moment(from), until].filter(Boolean).join(" – ")}</span> : null}
      {facts.place ? <span>{facts.place}</span> : null}
      {facts.organiser ? <span className={css.when}>{t("invitation.by", { name: facts.organiser })}</span> : null}
      {facts.cancelled ? <span role="status">{t("invitation.cancelled")}</span> : null}
      {facts.method === "request" && !facts.cancelled && message.kind === "incoming" ? (
        <div className={css.answers}>
          {ANSWERS.map((one) => <Button key={one} small {...(said === one ? { kind: "primary" as const } : {})} disabled={said !== null} onClick={() => void answer(one)}>{t(`invitation.${one}`)}</Button>)}
        </div>
      ) : null}
    </section>
  );
}
