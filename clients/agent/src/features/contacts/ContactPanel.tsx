/** Who writes: addresses, facts edited in place, what was before. It never holds up the thread. */
import type { Conversation, Id, Page } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api } from "@lib/api";
import { useT } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { contactQuery, useCan } from "@lib/queries";
import { clockIn, date } from "@lib/time";
import { Bead } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Coming } from "@ui/Coming";
import { Bones, Failed } from "@ui/Empty";
import { IconChevronRight, IconGitMerge } from "@ui/icons";
import { Time, useNow } from "@ui/Time";
import { Attributes } from "./Attributes";
import css from "./ContactPanel.module.css";
import { EditableName } from "./EditableName";
import { Identities } from "./Identities";
import { Likenesses } from "./Likenesses";
import { Portrait } from "./Portrait";

const Merge = lazy(() => import("./Merge"));

export function ContactPanel({ id, conversation }: { id: Id; conversation?: Conversation }) {
  const t = useT();
  const { data, error, isError, refetch } = useQuery(contactQuery(id));
  if (isError && !data) return <Failed what={t("panel.error")} error={error} retry={() => void refetch()} />;
  if (!data) return <Bones rows={5} />;
  return <Panel contact={data} conversation={conversation} />;
}

function Panel({ contact, conversation }: { contact: Contact; conversation: Conversation | undefined }) {
  const t = useT();
  const mayMerge = useCan("contact:merge");
  const [merging, setMerging] = useState(false);
  return (
    <div className={css.panel}>
      <header className={css.who}>
        <Portrait contact={contact} />
        <div>
          <EditableName contact={contact} />
          <Facts contact={contact} />
        </div>
      </header>
      {mayMerge ? <Likenesses contact={contact} stays={conversation !== undefined} /> : null}
      <section>
        <h3>{t("panel.channels")}</h3>
        <Identities contact={contact} />
      </section>
      <section>
        <h3>{t("panel.attributes")}</h3>
        <Attributes contact={contact} />
      </section>
      <section>
        <h3>{t("panel.past")}</h3>
        <Past contact={contact.id} current={conversation?.id} />
      </section>
      <p className={css.links}>
        <Link to="/contacts/$id" params={{ id: contact.id }} className={css.link}>{t("panel.timeline")}<IconChevronRight size={14} /></Link>
        {mayMerge ? <Button small kind="quiet" icon={<IconGitMerge size={14} />} onClick={() => setMerging(true)}>{t("panel.merge")}</Button> : null}
      </p>
      {merging ? <Suspense fallback={<Coming what="layer" />}><Merge contact={contact} onClose={() => setMerging(false)} /></Suspense> : null}
    </div>
  );
}

function Facts({ contact }: { contact: Contact }) {
  const t = useT();
  const now = useNow();
  const clock = contact.time_zone ? clockIn(t, contact.time_zone, now) : null;
  const tongue = languageName(t.locale, contact.locale);
  const said = [t("panel.since", { date: date(t, contact.created_at) }), tongue, clock ? t("panel.local_time", { time: clock }) : ""].filter(Boolean);
  return (
    <p className={css.facts}>
      {said.map((one) => <span key={one}>{one}</span>)}
      {contact.blocked ? <b>{t("panel.blocked")}</b> : null}
    </p>
  );
}

export function languageName(locale: string, tag: string): string {
  try {
    return tag ? (new Intl.DisplayNames(locale, { type: "language" }).of(tag) ?? "") : "";
  } catch {
    return tag;
  }
}

function Past({ contact, current }: { contact: Id; current: Id | undefined }) {
  const t = useT();
  const { data } = useQuery({
    queryKey: ["past", contact],
    queryFn: ({ signal }) => api.get<Page<Conversation>>("/conversations", { contact, limit: 8 }, signal),
  });
  if (!data) return null;
  const others = data.items.filter((one) => one.id !== current);
  if (others.length === 0) return <p className={css.none}>{t("panel.no_past")}</p>;
  return (
    <ul className={css.past}>
      {others.slice(0, 6).map((one) => (
        <li key={one.id}>
          <Link to="/inbox/$id" params={{ id: one.id }} search={{ view: "open" }} className={css.card}>
            <Bead channel={one.channel} size={18} />
            <span className="cut">{one.subject || one.last_message?.preview || t("thread.number", { number: one.number })}</span>
            <span className={css.when}><Time at={one.activity_at} /></span>
            <span className={css.status}>{t(`status.${one.status}`)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
