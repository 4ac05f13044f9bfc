/** Two contacts that are one person: choose, look at what will happen, merge. */
import type { Page } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@lib/api";
import { reasonOf, useT } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { say } from "@lib/toasts";
import { Avatar, faceOf } from "@ui/Avatar";
import { Button } from "@ui/Button";
import { Dialog } from "@ui/Dialog";
import { mergeInto } from "./links";
import css from "./Merge.module.css";

interface Preview { conversations: number; identities: unknown[]; collisions: unknown[]; into: Contact; contact: Contact }

/** Facts both have with different values: the one that stays wins. */
function clashes({ into, contact }: Preview): [string, string, string][] {
  return Object.entries(contact.attributes).flatMap(([name, value]) => {
    const kept = into.attributes[name];
    return kept === undefined || kept === null || JSON.stringify(kept) === JSON.stringify(value) ? [] : [[name, String(kept), String(value)]];
  });
}

export default function Merge({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [into, setInto] = useState<Contact | null>(null);
  const [busy, setBusy] = useState(false);
  const found = useQuery({
    queryKey: ["contacts", { q: typed }], enabled: typed.trim().length > 1,
    queryFn: ({ signal }) => api.get<Page<Contact>>("/contacts", { q: typed, limit: 8 }, signal),
  });
  const preview = useQuery({
    queryKey: ["merge", contact.id, into?.id], enabled: into !== null,
    queryFn: ({ signal }) => api.get<Preview>(`/contacts/${contact.id}/merge-preview`, { into: into?.id }, signal),
  });

  async function merge(): Promise<void> {
    if (!into) return;
    setBusy(true);
    try {
      await mergeInto(contact.id, into.id);
      onClose();
      await navigate({ to: "/contacts/$id", params: { id: into.id } });
    } catch (error) {
      setBusy(false);
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
  }

  const others = found.data?.items.filter((one) => one.id !== contact.id) ?? [];
  const name = contact.name || t("common.unnamed");
  return (
    <Dialog onClose={onClose} title={t("merge.title")} size={480}>
      <p className={css.lead}>{t("merge.lead", { name })}</p>
      <input className={css.find} data-autofocus value={typed} placeholder={t("merge.find")} aria-label={t("merge.find")}
        onChange={(event) => { setTyped(event.target.value); setInto(null); }} />
      {into ? (
        <div className={css.pair}>
          <Person label={t("merge.from")} contact={contact} />
          <Person label={t("merge.into")} contact={into} />
          {preview.data ? (
            <ul>
              <li>{t("merge.conversations", { count: preview.data.conversations })}</li>
              <li>{t("merge.identities", { count: preview.data.identities.length })}</li>
              {clashes(preview.data).map(([fact, kept, lost]) => <li key={fact}>{t("merge.conflict", { name: fact, kept, lost })}</li>)}
            </ul>
          ) : null}
          {preview.isError ? <p role="alert" className={css.error}>{reasonOf(t, preview.error)}</p> : null}
        </div>
      ) : (
        <ul className={css.found}>
          {others.map((one) => (
            <li key={one.id}><button type="button" onClick={() => setInto(one)}>
              <Avatar name={one.name || "?"} size={26} face={faceOf(one)} /><span className="cut">{one.name || t("common.unnamed")}</span>
              <em className="cut">{one.identities[0]?.value}</em>
            </button></li>
          ))}
          {found.data && others.length === 0 ? <li className={css.lead}>{t("picker.empty")}</li> : null}
        </ul>
      )}
      <p className={css.choice}>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button kind="primary" disabled={!into || !preview.data} busy={busy} onClick={() => void merge()}>{t("merge.do")}</Button>
      </p>
    </Dialog>
  );
}

function Person({ label, contact }: { label: string; contact: Contact }) {
  const t = useT();
  return (
    <div className={css.person}>
      <small>{label}</small>
      <b>{contact.name || t("common.unnamed")}</b>
      <span>{contact.identities.map((one) => one.value).slice(0, 3).join(" · ")}</span>
    </div>
  );
}
