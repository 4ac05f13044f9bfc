/** One knot or bead on the thread with what hangs on it. The line runs from entry to entry. */
import type { ReactNode } from "react";
import type { Attachment, Id, Message } from "@shared/types";
import { sayOr, useT } from "@lib/i18n";
import { useOwnAddress } from "@lib/queries";
import { moment } from "@lib/time";
import { Bead, Knot, NoteBead, useChannelName } from "../Bead";
import { IconAlertTriangle, IconInfoCircle, IconRobot } from "../icons";
import { Time } from "../Time";
import { Body } from "./Body";
import { Edited } from "./Edited";
import css from "./Entry.module.css";
import { Reactions } from "./Reactions";
import { StateMark, Trouble } from "./State";
import type { Decide } from "./Ticks";
import { Whence } from "./Whence";

/** The frame of every entry: mark at the left, words at the right. */
export function Strand({ mark, children, kind, id }: { mark: ReactNode; children: ReactNode; kind?: "knot" | "turn" | undefined; id?: string }) {
  return (
    <article className={`${css.strand} ${kind ? css[kind] : ""}`} id={id}>
      <div className={css.mark}>{mark}</div>
      <div className={css.words}>{children}</div>
    </article>
  );
}

/** The customer changed channel: the line carries on to another bead. */
export function Turn({ channel, first = false }: { channel: string; first?: boolean }) {
  const t = useT();
  const name = useChannelName()(channel);
  return (
    <Strand kind="turn" mark={<Bead channel={channel} />}>
      <p className={css.turned}>{t(first ? "thread.starts_on" : "thread.continues_on", { channel: name })}</p>
    </Strand>
  );
}

/** An activity as a sentence, from its code and parameters. */
export function useActivity(): (message: Message) => string {
  const t = useT();
  return (message) => {
    const code = String(message.meta["code"] ?? "");
    const given = (message.meta["params"] ?? {}) as Record<string, unknown>;
    const params = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value ?? "")]));
    for (const name of ["until", "time"]) if (given[name]) params["time"] = moment(t, String(given[name]));
    const actor = message.author.kind === "system" ? t("activity.system") : message.author.name || t("activity.somebody");
    const key = code === "snoozed" && !params["time"] ? "snoozed_until_reply" : code;
    return sayOr(t, `activity.${key}`, message.text || t("activity.unknown", { code }), { actor, ...params });
  };
}

export function Activity({ message }: { message: Message }) {
  const sentence = useActivity();
  return (
    <Strand kind="knot" mark={<Knot />}>
      <p className={css.activity}>{sentence(message)} <span>· <Time at={message.at} as="moment" /></span></p>
    </Strand>
  );
}

interface Props {
  /** person: whose name `contact` is. What they wrote before it was known, or by another address, stands under it too. */
  message: Message; contact: string; person: Id;
  /** The conversation goes over several channels: each message names its own. */
  spans?: boolean;
  onRetry?: Decide; onUndo?: () => void; onFetch?: (file: Attachment) => void; children?: ReactNode;
  /** What one can do to it, beside its head; what stands in the place of its words, while they are changed; why it has not left yet. */
  acts?: ReactNode; instead?: ReactNode; delay?: ReactNode; onUnmark?: (emoji: string) => void;
}

export function Entry({ message, contact, person, spans = false, onRetry, onUndo, onFetch, children, acts, instead, delay, onUnmark }: Props) {
  const t = useT();
  const channel = useChannelName()(message.channel);
  if (message.kind === "activity") return <Activity message={message} />;
  const note = message.kind === "note";
  const out = message.kind === "outgoing";
  const failed = message.state === "failed" || message.state === "uncertain";
  const isPerson = message.author.kind === "contact" && message.author.id === person;
  // In a group many write as one contact.
  const said = message.kind === "incoming" && typeof message.meta["author"] === "string" ? message.meta["author"] : "";
  const name = said || (isPerson && contact) || message.author.name || (message.author.kind === "contact" ? contact || t("common.unnamed") : t("activity.system"));
  return (
    <Strand id={`m-${message.id}`} mark={note ? <NoteBead /> : <Bead channel={message.channel} filled={out} failed={failed && out} labelled />}>
      <header className={css.head}>
        <b>{name}</b>
        <Time at={message.at} as="moment" />
        {spans && !note ? <span>{t("thread.by_channel", { channel })}</span> : null}
        <Edited message={message} />
        {note ? <span className={css.only}>{t("thread.only_team")}</span> : null}
        {out || (note && message.meta["waiting"]) ? <StateMark message={message} {...(onUndo ? { onUndo } : {})} /> : null}
        {message.meta["automatic"] ? <span className={css.auto}><IconRobot size={13} aria-hidden /> {t("thread.automatic")}</span> : null}
        {acts}
      </header>
      {out && typeof message.meta["sender"] === "string" ? <LeftFrom address={message.meta["sender"]} /> : null}
      <Copies message={message} />
      <Whence message={message} />
      <div className={`${css.body} ${note ? css.note : out ? css.out : ""}`}>
        {children}
        {instead ?? <Body message={message} onFetch={onFetch} />}
      </div>
      <Reactions message={message} onUnmark={onUnmark} />
      <Warnings message={message} />
      <Seals message={message} />
      <Degraded message={message} channel={channel} />
      {delay}
      {out && failed ? <Trouble message={message} {...(onRetry ? { onRetry } : {})} /> : null}
    </Strand>
  );
}

const names = (value: unknown): string[] => (Array.isArray(value) ? value : value ? [value] : []).map((one) =>
  typeof one === "object" && one !== null ? String((one as { name?: string }).name ?? (one as { email?: string }).email ?? "") : String(one));

/** Said where it is not plain: it did not leave from its account's own address. */
function LeftFrom({ address }: { address: string }) {
  const t = useT();
  return useOwnAddress(address) ? null : <p className={css.copies}>{t("thread.sender", { address })}</p>;
}

function Copies({ message }: { message: Message }) {
  const t = useT();
  const cc = names(message.meta["cc"]);
  const bcc = names(message.meta["bcc"]);
  if (cc.length + bcc.length === 0) return null;
  return <p className={css.copies}>{t("thread.cc", { names: [...cc, ...bcc].join(", ") })}</p>;
}

function Warnings({ message }: { message: Message }) {
  const t = useT();
  const list = names(message.meta["warnings"]);
  return list.map((code) => (
    <p key={code} className={css.warning}>
      <IconAlertTriangle size={14} aria-hidden /> {sayOr(t, `warning.${code.replaceAll("-", "_")}`, t("warning.other", { code }))}
    </p>
  ));
}

const SEALS = new Set(["pgp-signed", "pgp-encrypted", "smime-signed", "smime-encrypted"]);

/** What vouches for a mail: the domain that signed it, and seals that only the recipient's program can check. */
function Seals({ message }: { message: Message }) {
  const t = useT();
  const signer = message.meta["signed_by"];
  const seals = names(message.meta["seals"]).filter((one) => SEALS.has(one));
  if (typeof signer !== "string" && seals.length === 0) return null;
  return (
    <p className={css.copies}>
      {[...(typeof signer === "string" ? [t("thread.signed_by", { name: signer })] : []), ...seals.map((one) => sayOr(t, `seal.${one.replace("-", "_")}`, one))].join(" · ")}
    </p>
  );
}

/** What the channel could not show, and how it was sent instead. */
function Degraded({ message, channel }: { message: Message; channel: string }) {
  const t = useT();
  return names(message.meta["degraded"]).map((what) => (
    <p key={what} className={css.degraded}><IconInfoCircle size={14} aria-hidden /> {sayOr(t, `degraded.${what}`, t("degraded.other", { channel }), { channel })}</p>
  ));
}
