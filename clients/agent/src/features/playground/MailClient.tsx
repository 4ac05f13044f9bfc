/** The customer's mail client: writes to the desk by real mail on this machine, and shows what came back. */
import type { Page } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import type { PlayMail } from "@lib/model";
import { inboxesQuery } from "@lib/queries";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Bones, Empty } from "@ui/Empty";
import { Area, Choose, Field } from "@ui/Field";
import { IconArrowBackUp, IconPencil, IconRefresh } from "@ui/icons";
import { Time } from "@ui/Time";
import css from "./Playground.module.css";

const STORED = "hilo.play.address";

function firstAddress(): string {
  const known = localStorage.getItem(STORED);
  if (known) return known;
  const made = `camila.${Math.random().toString(36).slice(2, 6)}@customer.test`;
  localStorage.setItem(STORED, made);
  return made;
}

export function MailClient() {
  const t = useT();
  const [address, setAddress] = useState(firstAddress);
  const [answering, setAnswering] = useState<PlayMail | null>(null);
  const [writing, setWriting] = useState(true);
  const { data: inboxes } = useQuery(inboxesQuery);
  const desks = inboxes?.flatMap((one) => one.accounts.filter((account) => account.address?.includes("@")).map((account) => account.address!)) ?? [];
  const mails = useQuery({
    queryKey: ["playground", address], refetchInterval: 2500,
    queryFn: ({ signal }) => api.get<Page<PlayMail>>("/playground/mail", { address }, signal),
  });
  const received = mails.data?.items ?? [];
  return (
    <div className={css.mail}>
      <div className={css.self}>
        <Field label={t("play.my_address")} type="email" value={address} onChange={(event) => { setAddress(event.target.value); localStorage.setItem(STORED, event.target.value); }} />
        <Button icon={<IconPencil size={15} />} onClick={() => { setAnswering(null); setWriting(true); }}>{t("play.write")}</Button>
      </div>
      {writing ? <Letter key={answering?.id ?? "new"} address={address} desks={desks} answering={answering} onSent={() => { setWriting(false); setAnswering(null); }} /> : null}
      <section className={css.box}>
        <header><h3>{t("play.received")}</h3><Button small kind="quiet" icon={<IconRefresh size={14} />} onClick={() => void mails.refetch()}>{t("play.refresh")}</Button></header>
        {mails.isPending ? <Bones rows={2} /> : null}
        {mails.data && received.length === 0 ? <Empty drawing="letter" title={t("play.no_mail_title")}>{t("play.no_mail_body")}</Empty> : null}
        <ul>
          {received.map((one) => (
            <li key={one.id} className={css.letter}>
              <p><b className="cut">{one.mail_from}</b><Time at={one.at} /></p>
              <h4>{one.subject}</h4>
              <pre>{one.text}</pre>
              <Button small icon={<IconArrowBackUp size={14} />} onClick={() => { setAnswering(one); setWriting(true); }}>{t("play.reply")}</Button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

interface LetterProps { address: string; desks: readonly string[]; answering: PlayMail | null; onSent: () => void }

/** The address a mail is answered to: where it came from, never a bounce address. */
const bare = (from: string): string => /<([^>]+)>/.exec(from)?.[1] ?? from;

function Letter({ address, desks, answering, onSent }: LetterProps) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const errors = fieldErrors(error);
  const targets = answering ? [bare(answering.mail_from), ...desks] : desks;
  async function send(form: FormData): Promise<void> {
    setBusy(true);
    try {
      await api.post("/playground/mail", {
        from: address, to: form.get("to"), name: form.get("name"), subject: form.get("subject"), text: form.get("text"),
        ...(answering ? { in_reply_to: answering.message_id, references: [...answering.references, answering.message_id] } : {}),
      });
      say(t("play.sent"));
      onSent();
      await cache.invalidateQueries({ queryKey: ["playground"] });
    } catch (reason) {
      setError(reason);
      if (!(reason instanceof ApiError && reason.problem.errors?.length)) say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
    }
    setBusy(false);
  }
  return (
    <form className={css.write} onSubmit={(event) => { event.preventDefault(); void send(new FormData(event.currentTarget)); }}>
      {targets.length ? <Choose label={t("play.to")} name="to" options={[...new Set(targets)].map((one) => [one, one] as const)} error={errors["to"]} />
        : <Field label={t("play.to")} name="to" type="email" required error={errors["to"]} />}
      <Field label={t("play.from_name")} name="name" defaultValue={t("play.default_name")} />
      <Field label={t("play.subject")} name="subject" defaultValue={answering ? `Re: ${answering.subject.replace(/^(re:\s*)+/i, "")}` : t("play.default_subject")} />
      <Area label={t("play.text")} name="text" rows={5} required defaultValue={answering ? "" : t("play.default_text")} autoFocus={Boolean(answering)} />
      <p><Button kind="primary" type="submit" busy={busy}>{t("play.send")}</Button></p>
    </form>
  );
}
