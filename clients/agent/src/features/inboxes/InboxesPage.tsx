/** Inboxes with their accounts, and how each does. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ApiError } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import type { Account, Inbox } from "@lib/model";
import { inboxesQuery, teamsQuery, useCan } from "@lib/queries";
import { ago } from "@lib/time";
import { say } from "@lib/toasts";
import { Bead, useChannelName } from "@ui/Bead";
import { Button, IconButton } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Choose, Field } from "@ui/Field";
import { IconChevronRight, IconPencil, IconPlus, IconTrash } from "@ui/icons";
import { Page, Part } from "@ui/Page";
import { Confirm, Sheet } from "@ui/Sheet";
import { Connect } from "./Connect";
import css from "./Inboxes.module.css";
import { StateChip } from "./StateChip";

const renew = () => cache.invalidateQueries({ queryKey: ["inboxes"] });

export function InboxesPage() {
  const t = useT();
  const may = useCan("inbox:write");
  const inboxes = useQuery(inboxesQuery);
  const [editing, setEditing] = useState<Inbox | "new" | null>(null);
  const add = may ? <Button kind="primary" icon={<IconPlus size={16} />} onClick={() => setEditing("new")}>{t("inboxes.new")}</Button> : null;
  return (
    <Page title={t("settings.inboxes")} lead={t("inboxes.lead")} action={inboxes.data?.length ? add : null}>
      {inboxes.isPending ? <Bones rows={4} /> : null}
      {inboxes.isError ? <Failed what={t("settings.error")} error={inboxes.error} retry={() => void inboxes.refetch()} /> : null}
      {inboxes.data?.length === 0 ? <Empty drawing="tray" title={t("inboxes.empty_title")} action={add}>{t("inboxes.empty_body")}</Empty> : null}
      {inboxes.data?.map((inbox) => <InboxPart key={inbox.id} inbox={inbox} may={may} onEdit={() => setEditing(inbox)} />)}
      {editing ? <InboxSheet inbox={editing === "new" ? null : editing} onClose={() => setEditing(null)} /> : null}
    </Page>
  );
}

function InboxPart({ inbox, may, onEdit }: { inbox: Inbox; may: boolean; onEdit: () => void }) {
  const t = useT();
  const mayConnect = useCan("account:write");
  const [connecting, setConnecting] = useState(false);
  const [removing, setRemoving] = useState(false);
  async function remove(): Promise<void> {
    try {
      await api.delete(`/inboxes/${inbox.id}`);
      await renew();
    } catch (error) {
      const used = error instanceof ApiError && error.status === 409;
      say(used ? t("inboxes.delete_refused") : t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
    setRemoving(false);
  }
  return (
    <Part title={inbox.name} action={<span className={css.tools}>
      {may ? <IconButton label={t("inboxes.edit", { name: inbox.name })} onClick={onEdit}><IconPencil size={16} /></IconButton> : null}
      {may ? <IconButton label={`${t("inboxes.delete")}: ${inbox.name}`} onClick={() => setRemoving(true)}><IconTrash size={16} /></IconButton> : null}
      {mayConnect ? <Button small icon={<IconPlus size={14} />} onClick={() => setConnecting(true)}>{t("account.connect")}</Button> : null}
    </span>}>
      {inbox.accounts.length === 0 ? <p className={css.none}>{t("inboxes.no_account")}</p> : (
        <ul className={css.accounts}>{inbox.accounts.map((one) => <AccountLine key={one.id} account={one} />)}</ul>
      )}
      {connecting ? <Connect inbox={inbox.id} onClose={() => setConnecting(false)} /> : null}
      {removing ? <Confirm title={`${t("inboxes.delete")}: ${inbox.name}`} body={t("inboxes.delete_body")} act={t("common.delete")} onClose={() => setRemoving(false)} onConfirm={remove} /> : null}
    </Part>
  );
}

function AccountLine({ account }: { account: Account }) {
  const t = useT();
  const channel = useChannelName()(account.channel);
  return (
    <li>
      <Link to="/settings/accounts/$id" params={{ id: account.id }} className={css.account}>
        <Bead channel={account.channel} size={28} />
        <span className={css.words}><b>{account.name || channel}</b><span>{[channel, account.address].filter(Boolean).join(" · ")}</span></span>
        <span className={css.when}>{account.last_in_at ? t("account.last_in", { time: ago(t, account.last_in_at) }) : t("account.no_in")}</span>
        <StateChip account={account} />
        <IconChevronRight size={16} aria-hidden />
      </Link>
    </li>
  );
}

const DAYS = [0, 1, 3, 7, 14, 30, 90] as const;

function InboxSheet({ inbox, onClose }: { inbox: Inbox | null; onClose: () => void }) {
  const t = useT();
  const [error, setError] = useState<unknown>(null);
  const teams = useQuery(teamsQuery).data ?? [];
  const days = Math.round((inbox?.reopen_window_s ?? 604_800) / 86_400);
  const offered = DAYS.includes(days as 7) ? DAYS : [...DAYS, days].sort((a, b) => a - b);
  return (
    <Sheet title={inbox ? t("inboxes.edit", { name: inbox.name }) : t("inboxes.new")} submit={t("common.save")} onClose={onClose} onError={setError} onSubmit={async (form) => {
      const [visibility, team] = String(form.get("visibility")).split(":");
      const body = {
        name: form.get("name"), threading: form.get("threading") || null, reopen_window_s: Number(form.get("days")) * 86_400,
        visibility, team_id: team ?? null,
      };
      await (inbox ? api.patch(`/inboxes/${inbox.id}`, body) : api.post("/inboxes", body));
      await renew();
      onClose();
    }}>
      <Field label={t("inboxes.name")} hint={t("inboxes.name_hint")} name="name" defaultValue={inbox?.name ?? ""} required autoFocus maxLength={100} error={fieldErrors(error)["name"]} />
      <Choose label={t("inboxes.threading")} name="threading" defaultValue={inbox?.threading ?? ""} options={[
        ["", t("inboxes.threading_auto")], ["contact_inbox", t("inboxes.threading_contact_inbox")],
        ["mail_thread", t("inboxes.threading_mail_thread")], ["contact", t("inboxes.threading_contact")]]} />
      <Choose label={t("inboxes.reopen_window")} name="days" defaultValue={String(days)} options={offered.map((one) => [String(one), one === 0 ? t("common.never") : t("inboxes.days", { count: one })] as const)} />
      {teams.length || inbox?.visibility !== "team" ? <Choose label={t("inboxes.visibility")} hint={t("inboxes.visibility_hint")} name="visibility"
        defaultValue={inbox?.visibility === "team" ? `team:${inbox.team_id}` : inbox?.visibility ?? "everyone"} error={fieldErrors(error)["team_id"]} options={[
        ["everyone", t("inboxes.visibility_everyone")],
        ...teams.map((one) => [`team:${one.id}`, t("inboxes.visibility_team", { name: one.name })] as const),
        ["own", t("inboxes.visibility_own")]]} /> : null}
    </Sheet>
  );
}
