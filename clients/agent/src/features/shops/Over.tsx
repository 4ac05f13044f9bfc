/** Visits that are over, folded away; who did not come can be put back. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Id } from "@shared/types";
import { reasonOf, useT } from "@lib/i18n";
import { useCan } from "@lib/queries";
import { span } from "@lib/time";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Bones, Failed } from "@ui/Empty";
import { Time } from "@ui/Time";
import css from "./Shops.module.css";
import { acts, overQuery, type Visit } from "./shops";

export function Over({ shop }: { shop: Id }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <details className={css.over} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("queue.over")}</summary>
      {open ? <Past shop={shop} /> : null}
    </details>
  );
}

function Past({ shop }: { shop: Id }) {
  const t = useT();
  const may = useCan("visit:serve");
  const { data, isError, error, refetch } = useQuery(overQuery(shop));
  if (isError) return <Failed what={t("queue.error")} error={error} retry={() => void refetch()} />;
  if (!data) return <Bones rows={3} />;
  const back = (visit: Visit) => acts.requeue(visit, "first").catch((reason: unknown) => say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" }));
  return (
    <ul className={css.past}>
      {data.map((one) => (
        <li key={one.id}>
          <b>{one.number}</b>
          <Link to="/inbox/$id" params={{ id: one.conversation_id }}>{one.name || t("queue.nobody_named")}</Link>
          <span>{one.topic}</span>
          <span>{t(`queue.ended_${one.state as "served" | "left" | "no_show"}`)}{lasted(one) ? ` · ${span(t, lasted(one))}` : ""} · <Time at={one.ended_at ?? one.joined_at} /></span>
          {may && one.state === "no_show" ? <Button className={css.act} kind="quiet" onClick={() => void back(one)}>{t("queue.requeue")}</Button> : null}
        </li>
      ))}
      {data.length === 0 ? <li>{t("queue.over_none")}</li> : null}
    </ul>
  );
}

const lasted = (visit: Visit): number =>
  visit.state === "served" && visit.began_at && visit.ended_at ? Date.parse(visit.ended_at) - Date.parse(visit.began_at) : 0;
