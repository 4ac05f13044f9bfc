/**
 * Everything that is needed once something has been said: the messages, the other side's writing, older ones, the
 * question for an e-mail, the live line. Loaded with the first message, never before.
 */

import { h } from "preact";
import { type Host, Live } from "./live";
import type * as Calls from "./calls";
import type * as Places from "./places";
import type { Message } from "./protocol";
import css from "./talk.css?inline";
import { isSeen } from "./thread";
import { adopt } from "./ui/adopt";
import { Entry } from "./ui/Entry";
import { Icon } from "./ui/icons";
import type { Ui, View } from "./ui/ui";


const NEAR_PX = 80;
const PAUSE_MS = 300_000;
const EMAIL = /^\S+@\S+\.\S+$/;

type Props = { readonly view: View };
let isAtEnd = true;
let drawn = "";
let live: Live | undefined;
let calls: typeof Calls | undefined;
let places: typeof Places | undefined;

adopt(css);

/** Begins to hear what comes back. */
export function listen(chat: Host): Live {
  live = new Live(chat);
  return live;
}

/** An answer is new: two notes, where the visitor asked for them and does not look. */
export function arrived({ chat, ui }: View): void {
  if (hasSound(chat) && !(ui.isOpen && document.hasFocus())) void ring();
}

function hasSound(chat: Host): boolean {
  return chat.kept("sound") === "1";
}

async function ring(): Promise<void> {
  (await import("./sound")).chime();
}

export function scrolled(box: HTMLElement, { ui, set }: View): void {
  isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
  if (isAtEnd && ui.below) set({ below: 0 });
}

/** After each drawing: follow the end, or say what came below when the reader is elsewhere. */
export function settle({ state, ui, set }: View): void {
  const box = log();
  const last = state.thread.messages.at(-1);
  const now = `${last?.id}${state.outbox.length}${state.typing}${ui.isOpen}`;
  if (!box || now === drawn) return;
  const isNews = last !== undefined && !drawn.startsWith(last.id);
  drawn = now;
  if (isAtEnd || state.outbox.length > 0) box.scrollTop = box.scrollHeight;
  else if (isNews && last.author.kind !== "contact") set({ below: ui.below + 1 });
}

function log(): HTMLElement | null {
  return document.querySelector(".log");
}

/** Older messages come above; what the reader looks at stays where it is. */
async function goBack(): Promise<void> {
  const box = log();
  const height = box?.scrollHeight ?? 0;
  isAtEnd = false;
  await live?.older();
  requestAnimationFrame(() => box?.scrollTo({ top: box.scrollHeight - height }));
}

export function Older({ view: { state, t } }: Props) {
  if (!state.hasOlder) return null;
  return (
    <button type="button" class="link older" onClick={() => void goBack()}>
      {t("older")}
    </button>
  );
}

/** What a visitor may do with the conversation as a whole. */
export function More({ view }: Props) {
  const { chat, state, ui, set, t } = view;
  if (state.thread.messages.length === 0) return null;
  const isLoud = hasSound(chat);
  const sound = () => {
    chat.keep("sound", isLoud ? "0" : "1");
    if (!isLoud) void ring();
    set({});
  };
  const days = state.config.keep_days ?? 0;
  // Both cannot be undone, so the second press counts.
  const sure = (what: Ui["sure"], go: () => void) => () => {
    if (ui.sure === what) go();
    set({ sure: ui.sure === what ? "" : what });
  };
  const erase = async () => {
    const answer = await chat.doors.post("erase", {});
    if (answer?.ok) await chat.identify(null);
    set(answer?.ok ? { notice: t("erased"), problem: "" } : { problem: t("erase_failed") });
  };
  return (
    <details
      class="more"
      onToggle={(event) => {
        if (event.currentTarget.open) void unfold(view);
      }}
      onKeyDown={(event) => {
        const box = event.currentTarget;
        if (event.key !== "Escape" || !box.open) return;
        event.stopPropagation(); // the panel itself stays
        box.open = false;
        box.querySelector("summary")?.focus();
      }}
    >
      <summary class="quiet" aria-label={t("more")} title={t("more")}>
        <span aria-hidden="true">···</span>
      </summary>
      <div>
        <button type="button" onClick={sound}>
          {t(isLoud ? "sound_off" : "sound_on")}
        </button>
        {calls && <calls.Calls view={view} />}
        {places && <places.Places view={view} />}
        <button type="button" onClick={() => download(transcript(state.thread.messages, t), state.config.title)}>
          {t("download")}
        </button>
        <button type="button" onClick={sure("forget", () => void chat.identify(null))}>
          {t(ui.sure === "forget" ? "forget_sure" : "forget")}
        </button>
        <button type="button" class="problem" onClick={sure("erase", () => void erase())}>
          {t(ui.sure === "erase" ? "erase_sure" : "erase")}
        </button>
        <p>{days > 0 ? t("kept_days", { count: days }) : t("kept")}</p>
      </div>
    </details>
  );
}

async function unfold(view: View): Promise<void> {
  [calls, places] = await Promise.all([import("./calls"), import("./places")]);
  await Promise.all([calls.look(view), places.look(view)]);
}

/** The conversation as plain text: when, who, what. */
export function transcript(messages: readonly Message[], t: View["t"]): string {
  const at = new Intl.DateTimeFormat(t.locale, { dateStyle: "medium", timeStyle: "short" });
  const lines = messages.map((each) => {
    const name = each.author.kind === "contact" ? t("you") : each.author.name || t("team");
    const files = each.attachments.map((file) => `[${file.name}]`);
    return `${at.format(new Date(each.at))}  ${name}\n${[each.text, ...files].filter(Boolean).join("\n")}\n`;
  });
  return lines.join("\n");
}

function download(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = `${name}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function Below({ view: { ui, set, t } }: Props) {
  if (ui.below === 0) return null;
  const go = () => {
    log()?.scrollTo({ top: log()?.scrollHeight ?? 0 });
    set({ below: 0 });
  };
  return (
    <button type="button" class="pill" onClick={go}>
      {t("new_below", { count: ui.below })}
    </button>
  );
}

export function Writing({ view: { state, t } }: Props) {
  if (!state.typing) return null;
  return (
    <li class="theirs writing">
      <span class="bead" aria-hidden="true">
        {state.typing.charAt(0)}
      </span>
      <p class="who">{t("typing", { name: state.typing })}</p>
    </li>
  );
}

export function Said({ view }: Props) {
  const { state, t } = view;
  const { messages } = state.thread;
  const lastMine = messages.findLast((each) => each.author.kind === "contact")?.id;
  return messages.map((message, place) => {
    const mark = message.id !== lastMine || state.outbox.length > 0 ? "" : t(isSeen(state.thread, message) ? "seen" : "sent");
    return <One key={message.client_id ?? message.id} message={message} before={messages[place - 1]} mark={mark} view={view} />;
  });
}

type OneProps = Props & { readonly message: Message; readonly before: Message | undefined; readonly mark: string };

function One({ message, before, mark, view: { state, t } }: OneProps) {
  const at = new Date(message.at);
  const then = before && new Date(before.at);
  const isNewDay = !then || then.toDateString() !== at.toDateString();
  const isTurn = message.channel !== (before?.channel ?? message.channel);
  const isPause = at.getTime() - (then?.getTime() ?? 0) > PAUSE_MS;
  const isSame = before?.author.kind === message.author.kind && before.author.name === message.author.name;
  return [
    isNewDay && (
      <li key="day" class="day">
        {day(at, new Date(), t.locale)}
      </li>
    ),
    <Entry
      key="entry"
      message={message}
      follows={isSame && !isNewDay && !isTurn && !isPause}
      turn={isTurn ? (state.config.channels?.[message.channel] ?? "") : ""}
      mark={mark}
      t={t}
    />,
  ];
}

/** "today", "yesterday", or the date. */
export function day(at: Date, now: Date, locale: string): string {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  if (days >= -1) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", ...year }).format(at);
}

function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** Begins a voice note; what it needs is loaded then. */
export function Microphone({ view }: Props) {
  const { t } = view;
  const start = async () => (await import("./voice")).record(view);
  return (
    <button type="button" class="quiet" aria-label={t("voice_record")} title={t("voice_record")} onClick={() => void start()}>
      <Icon path="M12 3.5a2.7 2.7 0 0 0-2.7 2.7v5.3a2.7 2.7 0 0 0 5.4 0V6.2A2.7 2.7 0 0 0 12 3.5ZM6 11.5a6 6 0 0 0 12 0M12 17.5V21" />
    </button>
  );
}

/** What stands below what was said. */
export function After({ view }: Props) {
  return [<Line key="line" view={view} />, <AskEmail key="email" view={view} />];
}

/** How many are before one: while somebody is there, and until somebody has taken the conversation. */
function Line({ view: { state, t } }: Props) {
  const { online, before } = state.expectation ?? {};
  const isAnswered = state.thread.messages.at(-1)?.author.kind === "agent"; // the server says so a moment later
  if (!online || isAnswered || before === undefined || before === null) return null;
  return (
    <p class="mark line" role="status">
      {before === 0 ? t("line_next") : t("line_before", { count: before })}
    </p>
  );
}

/** Asks for an e-mail: once, with the reason, after the first message, only when nobody is there. */
function AskEmail({ view: { chat, state, ui, set, t } }: Props) {
  const lastAnswer = state.thread.messages.findLast((each) => each.author.kind === "agent");
  const isAnswered = lastAnswer !== undefined && Date.now() - Date.parse(lastAnswer.at) < PAUSE_MS;
  const isAway = state.expectation !== undefined && !state.expectation.online && !isAnswered;
  if (state.email.includes("@") && isAway) return <p class="mark">{t("email_kept", { email: state.email })}</p>;
  if (!isAway || !state.config.ask_email || state.verified || state.email) return null;
  const leave = (email: string) => {
    chat.keep("email", email);
    chat.set({ email });
    if (email !== "-") void chat.identify({ email });
  };
  return (
    <form
      class="ask"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const email = event.currentTarget.querySelector("input")?.value.trim() ?? "";
        if (EMAIL.test(email)) leave(email);
        else set({ isEmailWrong: true });
      }}
    >
      <label for="email">{t("email_ask")}</label>
      <div class="row">
        <input id="email" type="email" autocomplete="email" placeholder={t("email")} aria-invalid={ui.isEmailWrong} />
        <button type="submit">{t("email_save")}</button>
      </div>
      {ui.isEmailWrong && (
        <p class="problem" role="alert">
          {t("email_wrong")}
        </p>
      )}
      <button type="button" class="link" onClick={() => leave("-")}>
        {t("email_no")}
      </button>
    </form>
  );
}
