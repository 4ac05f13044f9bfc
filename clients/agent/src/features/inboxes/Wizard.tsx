/** The first run: an inbox, a channel, a chat with oneself. It can be left and taken up again. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import type { Account, Channel, Inbox } from "@lib/model";
import { countsQuery, inboxesQuery } from "@lib/queries";
import { useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Field } from "@ui/Field";
import { Copyable, Secret } from "@ui/Secret";
import { ChannelChoice, connect } from "./Connect";
import css from "./Inboxes.module.css";
import { SettingFields } from "./SettingFields";

export function Wizard() {
  const t = useT();
  const navigate = useNavigate();
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const [made, setMade] = useState<Account | null>(null);
  const inbox = inboxes[0];
  const step = !inbox ? 1 : inbox.accounts.length === 0 && !made ? 2 : 3;
  function later(): void {
    sessionStorage.setItem("hilo.later", "1");
    void navigate({ to: "/inbox" });
  }
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
      {step === 1 ? <NewInbox /> : step === 2 ? <FirstChannel inbox={inbox!} onMade={setMade} /> : <TryIt account={made} />}
      <Button kind="quiet" onClick={later}>{t("wizard.skip")}</Button>
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
  const [channel, setChannel] = useState<Channel | null>(null);
  const { run, busy, errors, reason } = useAttempt();
  if (!channel) return <section className={css.step}><h2>{t("wizard.channel_title")}</h2><p>{t("wizard.channel_body")}</p><ChannelChoice onChoose={setChannel} /></section>;
  return (
    <section className={css.step}>
      <h2>{nameOf(channel.id)}</h2>
      <form onSubmit={run(async (form) => onMade(await connect(inbox.id, channel, form)))}>
        <SettingFields channel={channel} errors={errors} />
        {reason ? <p role="alert">{reason}</p> : null}
        <span className={css.tools}>
          <Button onClick={() => setChannel(null)}>{t("common.back")}</Button>
          <Button kind="primary" type="submit" busy={busy}>{t("account.create")}</Button>
        </span>
      </form>
    </section>
  );
}

function TryIt({ account }: { account: Account | null }) {
  const t = useT();
  const { data: counts } = useQuery(countsQuery);
  const arrived = (counts?.open ?? 0) > 0;
  return (
    <section className={css.step}>
      <h2>{t("wizard.try_title")}</h2>
      <p>{t("wizard.try_body")}</p>
      {account?.secret ? <Secret title={t("account.secret_title")} body={t("account.secret_body")} text={account.secret} /> : null}
      {account?.webhook_url ? <Copyable label={t("account.webhook")} text={account.webhook_url} /> : null}
      <p role="status"><b>{t(arrived ? "wizard.arrived" : "wizard.waiting")}</b></p>
      <Link to={arrived ? "/inbox" : "/playground"}>{t(arrived ? "app.go_to_inbox" : "wizard.try_open")}</Link>
    </section>
  );
}
