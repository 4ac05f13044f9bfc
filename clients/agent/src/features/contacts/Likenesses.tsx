/** Who may be the same person, why, and the two answers. Nothing to propose: nothing to see. */
import type { Id, Page } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@lib/api";
import { useT } from "@lib/i18n";
import type { Contact, Likeness } from "@lib/model";
import { Avatar, faceOf } from "@ui/Avatar";
import { Button } from "@ui/Button";
import css from "./Likenesses.module.css";
import { dismiss, fail, mergeInto } from "./links";

export function Likenesses({ contact, stays }: { contact: Contact; stays: boolean }) {
  const t = useT();
  const { data } = useQuery({
    queryKey: ["likenesses", contact.id, contact.version],
    queryFn: ({ signal }) => api.get<Page<Likeness>>(`/contacts/${contact.id}/likenesses`, {}, signal),
  });
  if (!data?.items.length) return null;
  return (
    <section className={css.box} aria-label={t("likeness.title")}>
      <h3>{t("likeness.title")}</h3>
      <ul>{data.items.map((one) => <One key={one.contact.id} contact={contact} likeness={one} stays={stays} />)}</ul>
    </section>
  );
}

/** stays: the reader looks at a conversation, and stays there. */
function One({ contact, likeness, stays }: { contact: Contact; likeness: Likeness; stays: boolean }) {
  const t = useT();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const other = likeness.contact;
  async function merge(into: Id): Promise<void> {
    setBusy(true);
    try {
      await mergeInto(contact.id, into);
      if (!stays) await navigate({ to: "/contacts/$id", params: { id: into } });
    } catch (error) {
      fail(error);
    }
    setBusy(false);
  }
  return (
    <li className={css.one}>
      <Avatar name={other.name || "?"} size={28} face={faceOf(other)} />
      <div className={css.words}>
        <Link to="/contacts/$id" params={{ id: other.id }} className="cut">{other.name || t("common.unnamed")}</Link>
        {likeness.reasons.map((one) => <span key={`${one.kind}${one.name}${one.detail}`}>{t(`likeness.${one.kind}`, { name: one.name, detail: one.detail })}</span>)}
      </div>
      <p className={css.acts}>
        <Button small kind="primary" busy={busy} onClick={() => void merge(other.id)}>{t("likeness.merge")}</Button>
        <Button small kind="quiet" onClick={() => void dismiss(contact.id, other.id)}>{t("likeness.different")}</Button>
      </p>
    </li>
  );
}
