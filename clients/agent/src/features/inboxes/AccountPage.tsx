/** One account: its health, a live check, a test there and back, its settings and secret. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import type { Account } from "@lib/model";
import { useCan, useChannels } from "@lib/queries";
import { say } from "@lib/toasts";
import { Bead, useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Bones, Failed } from "@ui/Empty";
import { Field } from "@ui/Field";
import { IconArrowLeft } from "@ui/icons";
import { Page, Part } from "@ui/Page";
import { Secret } from "@ui/Secret";
import { Confirm } from "@ui/Sheet";
import { Checks } from "./Checks";
import { Consent, wantsConsent } from "./Consent";
import { readSettings } from "./form";
import { Health } from "./Health";
import css from "./Inboxes.module.css";
import { SettingFields } from "./SettingFields";
import { StateChip } from "./StateChip";
import { Templates } from "./Templates";
import { Webhook } from "./Webhook";

const keyOf = (id: string) => ["inboxes", "account", id];
const renew = () => cache.invalidateQueries({ queryKey: ["inboxes"] });

export function AccountPage() {
  const t = useT();
  const { id = "" } = useParams({ strict: false });
  const account = useQuery({ queryKey: keyOf(id), queryFn: () => api.get<Account>(`/accounts/${id}`) });
  if (account.isError) return <Failed what={t("settings.error")} error={account.error} retry={() => void account.refetch()} />;
  if (!account.data) return <Page title=""><Bones rows={5} /></Page>;
  return <Shown key={id} account={account.data} />;
}

function Shown({ account }: { account: Account }) {
  const t = useT();
  const nameOf = useChannelName();
  const may = useCan("account:write");
  const knows = useChannels().get(account.channel)?.features.includes("templates") ?? false;
  return (
    <Page title={account.name || nameOf(account.channel)} action={<StateChip account={account} />}
      lead={<span className={css.lead}><Bead channel={account.channel} size={18} />{[nameOf(account.channel), account.address].filter(Boolean).join(" · ")}</span>}>
      <Link to="/settings/inboxes" className={css.back}><IconArrowLeft size={15} aria-hidden />{t("account.back")}</Link>
      <Problem account={account} />
      <Health account={account} />
      <Webhook account={account} />
      {may && wantsConsent(account) ? <Consent account={account} /> : null}
      {may ? <Part title={t("account.check")}><Checks account={account} onAccount={(next) => { cache.setQueryData(keyOf(account.id), next); void renew(); }} /></Part> : null}
      {knows ? <Templates account={account} /> : null}
      {may ? <Part title={t("account.settings")}><Settings account={account} /></Part> : null}
      {may ? <Dangers account={account} /> : null}
    </Page>
  );
}

/** What is wrong with it. A held account is tried again by hand, once that is mended. */
function Problem({ account: { id, problem, state } }: { account: Account }) {
  const t = useT();
  const may = useCan("account:write");
  const [busy, setBusy] = useState(false);
  if (!problem) return null;
  async function again(): Promise<void> {
    setBusy(true);
    try {
      cache.setQueryData(keyOf(id), await api.patch<Account>(`/accounts/${id}`, { settings: {} }));
      await renew();
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
    setBusy(false);
  }
  return (
    <div className={css.problem} role="alert">
      <p>{t("account.problem", { detail: problem.detail || problem.code || "" })}</p>
      {state === "held" ? <p>{t("account.held_body")}</p> : null}
      {state === "held" && may ? <p><Button small busy={busy} onClick={() => void again()}>{t("account.again")}</Button></p> : null}
    </div>
  );
}

function Settings({ account }: { account: Account }) {
  const t = useT();
  const channel = useChannels().get(account.channel);
  const [error, setError] = useState<unknown>(null);
  if (!channel) return null;
  async function save(form: FormData): Promise<void> {
    setError(null);
    try {
      cache.setQueryData(keyOf(account.id), await api.patch<Account>(`/accounts/${account.id}`, {
        name: form.get("account_name"), settings: readSettings(form, channel!.settings, Object.keys(account.settings)) }));
      say(t("account.saved"));
      await renew();
    } catch (reason) {
      setError(reason);
      say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
    }
  }
  return (
    <form className={css.form} onSubmit={(event) => { event.preventDefault(); void save(new FormData(event.currentTarget)); }}>
      <Field label={t("account.name")} name="account_name" defaultValue={account.name} maxLength={100} />
      <SettingFields channel={channel} values={account.settings} secrets={account.secrets_set} errors={fieldErrors(error)} />
      <p><Button kind="primary" type="submit">{t("common.save")}</Button></p>
    </form>
  );
}

function Dangers({ account }: { account: Account }) {
  const t = useT();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"rotate" | "delete" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const off = account.state === "off";
  return (
    <Part title={t("common.more")}>
      {secret ? <Secret title={t("account.secret_title")} body={t("account.secret_body")} text={secret} /> : null}
      <p className={css.tools}>
        {account.secrets_set.includes("secret") ? <Button onClick={() => setAsking("rotate")}>{t("account.rotate")}</Button> : null}
        <Button onClick={() => void api.patch<Account>(`/accounts/${account.id}`, { is_on: off }).then((next) => { cache.setQueryData(keyOf(account.id), next); return renew(); })}>{t(off ? "account.turn_on" : "account.turn_off")}</Button>
        <Button kind="danger" onClick={() => setAsking("delete")}>{t("account.delete")}</Button>
      </p>
      {asking === "rotate" ? <Confirm title={t("account.rotate")} body={t("account.rotate_body")} act={t("account.rotate")} onClose={() => setAsking(null)}
        onConfirm={async () => { setSecret((await api.post<{ secret: string }>(`/accounts/${account.id}/secret`)).secret); setAsking(null); }} /> : null}
      {asking === "delete" ? <Confirm title={t("account.delete")} body={t("account.delete_body")} act={t("account.delete")} onClose={() => setAsking(null)}
        onConfirm={async () => { await api.delete(`/accounts/${account.id}`); await renew(); await navigate({ to: "/settings/inboxes" }); }} /> : null}
    </Part>
  );
}
