/** One person in the shop: number, name, what about, since when; and what can be done. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { reasonOf, useT } from "@lib/i18n";
import { useCan } from "@lib/queries";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Area } from "@ui/Field";
import { IconMessageCircle } from "@ui/icons";
import { Time } from "@ui/Time";
import css from "./Shops.module.css";
import { acts, type Visit } from "./shops";

interface Props { visit: Visit; counter: string; place?: number }

export function VisitCard({ visit, counter, place }: Props) {
  const t = useT();
  const may = useCan("visit:serve");
  const [busy, setBusy] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const run = async (act: Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await act;
    } catch (reason) {
      say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
    }
    setBusy(false);
  };
  const since = visit.state === "serving" ? visit.began_at : visit.state === "called" ? visit.called_at : visit.joined_at;
  const who = visit.name || t("queue.nobody_named");
  return (
    <li className={css.card} data-state={visit.state} aria-label={`${t("queue.number", { number: visit.number })}, ${who}`}>
      <p className={css.number} aria-hidden>{visit.number}</p>
      <div className={css.words}>
        <b>{who}</b>
        <span>{visit.topic}</span>
        <small>
          {visit.state === "waiting" ? (place ? `${t("queue.place", { place })} · ` : "") : `${t(visit.state === "called" ? "queue.called" : "queue.serving", { counter: visit.counter || t("queue.here") })} · `}
          <Time at={since ?? visit.joined_at} as="ago" />
          {visit.calls > 1 ? ` · ${t("queue.calls", { count: visit.calls })}` : ""}
          {visit.agent_name && visit.state !== "waiting" ? ` · ${visit.agent_name}` : ""}
        </small>
      </div>
      <Link to="/inbox/$id" params={{ id: visit.conversation_id }} className={css.talk} title={t("queue.conversation")} aria-label={`${t("queue.conversation")}: ${who}`}>
        <IconMessageCircle size={22} stroke={1.6} aria-hidden />
      </Link>
      {may && note === null ? (
        <div className={css.acts}>
          {visit.state === "waiting" ? <>
            <Button className={css.act} busy={busy} onClick={() => void run(acts.call(visit, counter))}>{t("queue.call")}</Button>
            <Button className={css.act} kind="quiet" busy={busy} onClick={() => void run(acts.serve(visit, counter))}>{t("queue.serve_now")}</Button>
          </> : null}
          {visit.state === "called" ? <>
            <Button className={css.act} kind="primary" busy={busy} onClick={() => void run(acts.serve(visit, visit.counter))}>{t("queue.serve")}</Button>
            <Button className={css.act} busy={busy} onClick={() => void run(acts.call(visit, visit.counter))}>{t("queue.call_again")}</Button>
            <Button className={css.act} busy={busy} onClick={() => void run(acts.miss(visit))}>{t("queue.miss")}</Button>
            <Button className={css.act} kind="quiet" busy={busy} onClick={() => void run(acts.requeue(visit, "first"))}>{t("queue.requeue")}</Button>
          </> : null}
          {visit.state === "serving" ? <>
            <Button className={css.act} kind="primary" busy={busy} onClick={() => void run(acts.finish(visit, ""))}>{t("queue.finish")}</Button>
            <Button className={css.act} busy={busy} onClick={() => setNote("")}>{t("queue.finish_note")}</Button>
            <Button className={css.act} kind="quiet" busy={busy} onClick={() => void run(acts.requeue(visit, "first"))}>{t("queue.requeue")}</Button>
          </> : null}
        </div>
      ) : null}
      {note === null ? null : (
        <form className={css.note} onSubmit={(event) => { event.preventDefault(); void run(acts.finish(visit, note)); }}>
          <Area label={t("queue.note")} hint={t("queue.note_hint")} value={note} maxLength={10_000} autoFocus onChange={(event) => setNote(event.target.value)} />
          <div className={css.acts}>
            <Button className={css.act} type="submit" kind="primary" busy={busy}>{t("queue.finish")}</Button>
            <Button className={css.act} kind="quiet" onClick={() => setNote(null)}>{t("common.cancel")}</Button>
          </div>
        </form>
      )}
    </li>
  );
}
