/** Phones that are not there yet: one press makes a simulated account of a channel. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { reasonOf, useT } from "@lib/i18n";
import type { Account, Channel, Inbox } from "@lib/model";
import { inboxesQuery, useCan } from "@lib/queries";
import { say } from "@lib/toasts";
import { Bead, useChannelName } from "@ui/Bead";
import { Empty } from "@ui/Empty";
import css from "./Phone.module.css";

export function AddPhone({ missing, onMade }: { missing: readonly Channel[]; onMade: (account: Account) => void }) {
  const t = useT();
  const named = useChannelName();
  const may = useCan("account:write");
  const [busy, setBusy] = useState("");
  const { data: inboxes } = useQuery(inboxesQuery);
  if (!may) return <Empty drawing="thread" title={t("play.no_phone")}>{t("play.ask_admin")}</Empty>;
  async function add(channel: Channel): Promise<void> {
    setBusy(channel.id);
    try {
      const home = inboxes?.find((one) => one.accounts.length > 0 && one.accounts.every((account) => account.is_sandbox))
        ?? await api.post<Inbox>("/inboxes", { name: t("play.phones_inbox") });
      const made = await api.post<Account>(`/inboxes/${home.id}/accounts`, { channel: channel.id, sandbox: true, settings: {} });
      await cache.invalidateQueries({ queryKey: ["inboxes"] });
      onMade(made);
    } catch (reason) {
      say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
    }
    setBusy("");
  }
  return (
    <div className={css.add}>
      <h3>{t("play.add_title")}</h3>
      <p>{t("play.add_lead")}</p>
      <ul>
        {missing.map((one) => (
          <li key={one.id}><button type="button" disabled={busy !== ""} aria-busy={busy === one.id || undefined} onClick={() => void add(one)}><Bead channel={one.id} size={26} />{named(one.id)}</button></li>
        ))}
      </ul>
    </div>
  );
}
