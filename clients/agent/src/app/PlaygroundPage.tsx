/** The Playground: the customer at the left, the live inbox at the right. */
import type { Id } from "@shared/types";
import { useCallback, useState } from "react";
import { useT } from "@lib/i18n";
import { useRoom } from "@lib/media";
import type { ListFilter } from "@lib/model";
import { Customer } from "@features/playground/Customer";
import { Inbox } from "./InboxPage";
import css from "./PlaygroundPage.module.css";

export function PlaygroundPage() {
  const t = useT();
  const room = useRoom();
  const [id, setId] = useState<Id | undefined>();
  const [filter, setFilter] = useState<ListFilter>({ view: "open" });
  const [side, setSide] = useState<"customer" | "agent">("customer");
  const go = useCallback((next: Id | null, change?: Partial<ListFilter>) => {
    setId(next ?? undefined);
    if (change) setFilter((now) => ({ ...now, ...change }));
  }, []);
  const both = room !== "one";
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div><h1>{t("play.title")}</h1><p>{t("play.lead")}</p></div>
        {both ? null : (
          <div role="group" aria-label={t("play.switch")} className={css.sides}>
            {(["customer", "agent"] as const).map((one) => <button key={one} type="button" aria-pressed={side === one} onClick={() => setSide(one)}>{t(`play.${one}`)}</button>)}
          </div>
        )}
      </header>
      <div className={css.both}>
        <div hidden={!both && side !== "customer"} className={css.side}><Customer /></div>
        <section hidden={!both && side !== "agent"} className={css.side} aria-label={t("play.agent")}><Inbox id={id} filter={filter} go={go} fixed={room === "three" ? "two" : "one"} /></section>
      </div>
    </div>
  );
}
