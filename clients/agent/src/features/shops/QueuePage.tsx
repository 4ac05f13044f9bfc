/** A shop's queue, for a tablet at the counter: who is here, who waits, and one large button for who is next. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Id } from "@shared/types";
import { reasonOf, useT } from "@lib/i18n";
import { useCan } from "@lib/queries";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Choose, Field } from "@ui/Field";
import { Over } from "./Over";
import css from "./Shops.module.css";
import { acts, queueQuery, shopsQuery, sorted, useShopNews, type Queue, type Shop } from "./shops";
import { VisitCard } from "./VisitCard";

export function QueuePage() {
  const t = useT();
  const { id } = useParams({ strict: false });
  const shops = useQuery(shopsQuery);
  const mayMake = useCan("account:write");
  useShopNews();
  if (shops.isError) return <Failed what={t("queue.error")} error={shops.error} retry={() => void shops.refetch()} />;
  if (!shops.data) return <div className={css.page}><Bones rows={5} /></div>;
  const shop = shops.data.find((one) => one.account_id === id) ?? shops.data[0];
  if (!shop) {
    return (
      <Empty drawing="people" title={t("queue.none_title")} action={mayMake ? <Link to="/settings/inboxes" className={css.link}>{t("queue.none_act")}</Link> : null}>
        {t("queue.none_body")}
      </Empty>
    );
  }
  return <Shown key={shop.account_id} shop={shop} shops={shops.data} />;
}

function Shown({ shop, shops }: { shop: Shop; shops: Shop[] }) {
  const t = useT();
  const queue = useQuery(queueQuery(shop.account_id));
  const [counter, setCounter] = useCounter(shop);
  return (
    <div className={`${css.page} scroll`}>
      <Head shop={queue.data?.shop ?? shop} shops={shops} counter={counter} setCounter={setCounter} />
      {queue.isPending ? <Bones rows={5} /> : null}
      {queue.isError ? <Failed what={t("queue.error")} error={queue.error} retry={() => void queue.refetch()} /> : null}
      {queue.data ? <Both queue={queue.data} counter={counter} /> : null}
      <Over shop={shop.account_id} />
    </div>
  );
}

function Head({ shop, shops, counter, setCounter }: { shop: Shop; shops: Shop[]; counter: string; setCounter: (name: string) => void }) {
  const t = useT();
  const navigate = useNavigate();
  const may = useCan("visit:serve");
  const id = shop.account_id;
  const fail = (reason: unknown) => say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
  return (
    <header className={css.head}>
      <div className={css.title}>
        {shops.length > 1 ? (
          <Choose label={t("queue.shop")} value={id} options={shops.map((one) => [one.account_id, one.name] as const)}
            onChange={(event) => void navigate({ to: "/queue/$id", params: { id: event.target.value } })} />
        ) : <h1>{shop.name}</h1>}
        <p>{t(shop.is_open ? "queue.is_open" : "queue.is_closed")}</p>
      </div>
      <div className={css.tools}>
        {shop.counters.length
          ? <Choose label={t("queue.counter")} value={counter} options={[["", t("queue.no_counter")], ...shop.counters.map((one) => [one, one] as const)]} onChange={(event) => setCounter(event.target.value)} />
          : <Field label={t("queue.counter")} value={counter} maxLength={60} onChange={(event) => setCounter(event.target.value)} />}
        {may ? <Button className={css.act} onClick={() => void acts.open(id, !shop.is_open).catch(fail)}>{t(shop.is_open ? "queue.close" : "queue.open")}</Button> : null}
      </div>
      <nav className={css.links} aria-label={t("queue.screens")}>
        <a href={`/s/${id}/poster`} target="_blank" rel="noopener">{t("queue.poster")}</a>
        <a href={`/s/${id}/kiosk`} target="_blank" rel="noopener">{t("queue.kiosk")}</a>
        <a href={`/s/${id}/board`} target="_blank" rel="noopener">{t("queue.board")}</a>
      </nav>
    </header>
  );
}

function Both({ queue, counter }: { queue: Queue; counter: string }) {
  const t = useT();
  const { here, waiting } = sorted(queue.visits);
  const wait = queue.wait_s === null ? "" : ` · ${t("queue.wait", { count: Math.max(1, Math.ceil(queue.wait_s / 60)) })}`;
  return (
    <div className={css.both}>
      <section aria-label={t("queue.now")}>
        <Next shop={queue.shop.account_id} counter={counter} waiting={waiting.length} />
        {here.length ? <ul className={css.cards}>{here.map((one) => <VisitCard key={one.id} visit={one} counter={counter} />)}</ul>
          : <p className={css.quiet}>{t("queue.nobody_here")}</p>}
      </section>
      <section aria-label={t("queue.waiting_list")}>
        <h2 role="status">{t("queue.waiting", { count: waiting.length })}<small>{wait}</small></h2>
        {waiting.length ? <ul className={css.cards}>{waiting.map((one, index) => <VisitCard key={one.id} visit={one} counter={counter} place={index + 1} />)}</ul>
          : <p className={css.quiet}>{t("queue.nobody_waits")}</p>}
      </section>
    </div>
  );
}

function Next({ shop, counter, waiting }: { shop: Id; counter: string; waiting: number }) {
  const t = useT();
  const may = useCan("visit:serve");
  const [busy, setBusy] = useState(false);
  const [told, tell] = useState("");
  async function call(): Promise<void> {
    setBusy(true); // two taps call one person
    try {
      const visit = await acts.callNext(shop, counter);
      tell(t("queue.number", { number: visit.number }));
    } catch (reason) {
      say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
    }
    setBusy(false);
  }
  if (!may) return null;
  return (
    <>
      <Button kind="primary" className={css.next} busy={busy} disabled={waiting === 0} onClick={() => void call()}>{t("queue.call_next")}</Button>
      <p className={css.spoken} role="status">{told}</p>
    </>
  );
}

/** Where one serves: remembered by this browser, since the tablet stays at its counter. */
function useCounter(shop: Shop): [string, (name: string) => void] {
  const key = `hilo:counter:${shop.account_id}`;
  const [counter, setCounter] = useState(() => localStorage.getItem(key) ?? shop.counters[0] ?? "");
  return [counter, (name) => { localStorage.setItem(key, name); setCounter(name); }];
}
