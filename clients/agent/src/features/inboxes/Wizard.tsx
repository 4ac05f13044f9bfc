/** The first run: an inbox, a channel, a chat with oneself. Left or loaded again, it goes on where it was. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import { isChat, type Account, type Inbox } from "@lib/model";
import { countsQuery, inboxesQuery, useChannels } from "@lib/queries";
import { useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Bones } from "@ui/Empty";
import { Field } from "@ui/Field";
import { Secret } from "@ui/Secret";
import { ChannelChoice, connect } from "./Connect";
import css from "./Inboxes.module.css";
import { SettingFields } from "./SettingFields";
import { Webhook } from "./Webhook";

export function Wizard() {
  const t = useT();
  const navigate = useNavigate();
  const { data: inboxes } = useQuery(inboxesQuery);
  // As it was answered when it was made: its secret is shown this once.
  const [made, setMade] = useState<Account | null>(null);
  const inbox = inboxes?.find((one) => one.accounts.length) ?? inboxes?.[0];
  const account = made ?? inbox?.accounts[0];
  const { data: counts } = useQuery(countsQuery);
  const arrived = (counts?.open ?? 0) > 0;
  const step = !inbox ? 1 : account ? 3 : 2;
  function later(): void {
    sessionStorage.setItem("hilo.later", "1");
    void navigate({ to: "/inbox" });
  }
  // Not a step that is done already, for the moment until one knows.
  if (!inboxes) return <div className={css.wizard}><h1>{t("wizard.title")}</h1><Bones rows={4} /></div>;
  return (
    <div className={css.wizard}>
      <h1>{t("wizard.title")}</h1>
      <p className={css.progress} aria-live="polite">
        <span>{t("wizard.step", { step, total: 3 })}</span>
        <svg viewBox="0 0 300 18" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden>
          <path d="M10 9h280" opacity="0.35" /><path d={`M10 9h${(step - 1) * 140}`} />
          {[0, 1, 2].map((one) => <circle key={one} cx={10 + one * 140} cy="9" r="6" fill={one < step ? "currentColor" : "var(--surface-0)"} />)}
        </svg>
      </p>
      {account ? <TryIt account={account} secret={made?.secret} arrived={arrived} /> : inbox ? <FirstChannel inbox={inbox} onMade={setMade} /> : <NewInbox />}
      {account && arrived ? null : <Button kind="quiet" onClick={later}>{t("wizard.skip")}</Button>}
    </div>
  );
}

function useAttempt() {
  const t = useT();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const run = (work: (form: FormData) => Promise<unknown>) => (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    work(new FormData(event.currentTarget)).catch(setError).finally(() => setBusy(false));
  };
  const errors = fieldErrors(error);
  return { run, busy, errors, reason: error && Object.keys(errors).length === 0 ? reasonOf(t, error) : null };
}

function NewInbox() {
  const t = useT();
  const { run, busy, errors, reason } = useAttempt();
  return (
    <section className={css.step}>
      <h2>{t("wizard.inbox_title")}</h2>
      <p>{t("wizard.inbox_body")}</p>
      <form onSubmit={run(async (form) => {
        await api.post("/inboxes", { name: form.get("name") });
        await cache.invalidateQueries({ queryKey: ["inboxes"] });
      })}>
        <Field label={t("inboxes.name")} name="name" defaultValue={t("wizard.inbox_default")} required maxLength={100} autoFocus error={errors["name"]} />
        {reason ? <p role="alert">{reason}</p> : null}
        <Button kind="primary" type="submit" busy={busy}>{t("common.continue")}</Button>
      </form>
    </section>
  );
}

function FirstChannel({ inbox, onMade }: { inbox: Inbox; onMade: (made: Account) => void }) {
  const t = useT();
  const nameOf = useChannelName();
  const navigate = useNavigate();
  const { channel: chosen } = useSearch({ from: "/desk/start" });
  const channel = useChannels().get(chosen ?? "");
  const choose = (id: string | undefined): void => void navigate({ to: "/start", search: { channel: id } });
  const { run, busy, errors, reason } = useAttempt();
  if (!channel) return <section className={css.step}><h2>{t("wizard.channel_title")}</h2><p>{t("wizard.channel_body")}</p><ChannelChoice onChoose={(one) => choose(one.id)} /></section>;
  return (
    <section className={css.step}>
      <h2>{nameOf(channel.id)}</h2>
      <form onSubmit={run(async (form) => onMade(await connect(inbox.id, channel, form)))}>
        <SettingFields channel={channel} errors={errors} />
        {reason ? <p role="alert">{reason}</p> : null}
        <span className={css.tools}>
          <Button onClick={() => choose(undefined)}>{t("common.back")}</Button>
          <Button kind="primary" type="submit" busy={busy}>{t("account.create")}</Button>
        </span>
      </form>
    </section>
  );
}

function TryIt({ account, secret, arrived }: { account: Account; secret: string | null | undefined; arrived: boolean }) {
  const t = useT();
  const navigate = useNavigate();
  const channel = useChannels().get(account.channel);
  // The Playground writes by chat, by mail and on simulated phones; else somebody must write from outside.
  const playable = account.is_sandbox || isChat(channel) || (channel?.features.includes("subject") ?? false);
  const [title, body] = arrived ? (["wizard.done_title", "wizard.done_body"] as const)
    : playable ? (["wizard.try_title", "wizard.try_body"] as const) : (["wizard.finish_title", "wizard.finish_body"] as const);
  return (
    <section className={css.step}>
      <h2>{t(title)}</h2>
      <p>{t(body)}</p>
      {secret ? <Secret title={t("account.secret_title")} body={t("account.secret_body")} text={secret} /> : null}
      <Webhook account={account} />
      <p role="status"><b>{t(arrived ? "wizard.arrived" : "wizard.waiting")}</b></p>
      <span className={css.tools}>
        {arrived ? <Button kind="primary" onClick={() => void navigate({ to: "/inbox", search: { view: "open" } })}>{t("app.go_to_inbox")}</Button>
          : playable ? <Button kind="primary" onClick={() => void navigate({ to: "/playground" })}>{t("wizard.try_open")}</Button> : null}
        {arrived ? null : <Button {...(playable ? {} : { kind: "primary" as const })} onClick={() => void navigate({ to: "/settings/accounts/$id", params: { id: account.id } })}>{t("wizard.account_open")}</Button>}
      </span>
    </section>
  );
}
