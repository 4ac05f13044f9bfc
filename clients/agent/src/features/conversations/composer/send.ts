/** Sending: on the screen in the same frame, then on its way by the outbox; what is typed is never lost. */
import type { Attachment, Content, Conversation, Id, Message } from "@shared/types";
import { api, ApiError, newId } from "@lib/api";
import { cache, showConversation, showMessage, showMessages } from "@lib/cache";
import { now, reasonOf } from "@lib/i18n";
import type { AgentSelf, Draft, DraftFile, Way } from "@lib/model";
import { outbox, without, type Bound, type Intent } from "@lib/outbox";
import type { Answer } from "@lib/outbox/outbox";
import { said } from "@lib/templates";
import { dismiss, say } from "@lib/toasts";
import type { Decision } from "@ui/message/Ticks";
import { touched } from "../desk";
import { giveBack } from "./back";
import type { FilledTemplate } from "./templates/Filling";
import type { Note } from "./voice/Recorder";

export interface Outgoing {
  conversation: Conversation; me: AgentSelf; kind: "reply" | "note"; draft: Draft; undo: number; lastSeq: number | null;
  /** Whether the channel shows HTML. */
  rich: boolean;
  /** By which it leaves; null: as the server finds best. */
  way: Way | null;
  /** From which of the account's addresses; without it, as the server finds best. */
  sender?: string | undefined;
  /** What it holds beside text. */
  content?: Content;
  /** The comment below which it stands, for everybody to read. */
  below?: Message | null;
  /** What comes back into the composer when it is refused, if not the draft; null: nothing. */
  back?: Draft | null;
  /** What is done once it is taken. */
  after?: Bound;
}

const LOCAL = "local-";
export const isLocal = (message: Message): boolean => message.id.startsWith(LOCAL);

/** The files that go: a picture that was taken out of the text stays behind. */
function filesOf({ draft: { meta }, rich }: Outgoing): DraftFile[] {
  return (meta?.attachments ?? []).filter((file) => !file.inline || (rich && meta?.html?.includes(`cid:${file.id}`)));
}

function preview(out: Outgoing, client: Id): Message {
  const at = new Date().toISOString();
  const { conversation: one } = out;
  const meta = out.draft.meta ?? {};
  const toTeam = out.kind === "note";
  return {
    id: LOCAL + client, conversation_id: one.id, seq: one.last_seq + 1, kind: out.kind === "note" ? "note" : "outgoing",
    channel: toTeam ? one.channel : (out.way?.channel ?? one.channel), inbox_id: toTeam ? one.inbox_id : (out.way?.inbox_id ?? one.inbox_id), author: { kind: "agent", id: out.me.id, name: out.me.name }, subject: "",
    text: out.draft.text.trim(), html: out.rich ? (meta.html ?? null) : null, quoted: null, reply_to: meta.quote?.id ?? null, error: null,
    state: out.kind === "note" ? "stored" : "sending",
    attachments: filesOf(out).map((file) => ({
      ...file, url: file.url ?? "", inline: file.inline ?? false, content_id: file.inline ? file.id : "", width: null, height: null, state: "stored" })),
    meta: { cc: meta.cc ?? [], bcc: meta.bcc ?? [], ...(toTeam || !out.sender ? {} : { sender: out.sender }) }, client_id: client, at, created_at: at, undo_until: null,
    content: out.content ?? out.below?.content ?? null,
  };
}

/** True unless the server refused it: then the words are back in the composer. */
export async function send(out: Outgoing): Promise<boolean> {
  const { conversation: one } = out;
  const meta = out.draft.meta ?? {};
  const client = newId();
  const message = preview(out, client);
  const files = filesOf(out);
  touched.add(one.id);
  const outcome = outbox.add({
    id: client, agent: out.me.id, conversation: one.id, method: "POST", path: `/conversations/${one.id}/messages`, message,
    mode: out.kind, undo: out.undo, ...(out.after ? { after: out.after } : {}), ...(out.back === null ? {} : { draft: out.back ?? out.draft }),
    body: {
      kind: out.kind, text: out.draft.text.trim(), client_id: client, ...(out.rich && meta.html ? { html: meta.html } : {}),
      ...(files.length ? { attachments: files.map((file) => file.id) } : {}),
      ...(meta.quote ? { reply_to: meta.quote.id } : {}),
      ...(out.content ? { content: out.content } : {}),
      ...(out.below ? { in_public: true, reply_to: out.below.id } : {}),
      ...(out.kind === "reply" && out.way?.identity_id ? { account_id: out.way.account_id, identity_id: out.way.identity_id } : {}),
      ...(out.kind === "reply" && out.sender ? { sender: out.sender } : {}),
      ...(out.kind === "reply" && meta.cc ? { cc: meta.cc } : {}),
      ...(out.kind === "reply" && meta.bcc?.length ? { bcc: meta.bcc } : {}),
      ...(out.kind === "reply" && out.undo ? { undo_s: out.undo } : {}),
      ...(out.kind === "reply" && out.lastSeq !== null ? { if_last_seq: out.lastSeq } : {}),
    },
  });
  showMessage(message);
  if (out.after) showConversation({ ...one, ...out.after.change });
  return (await outcome) !== "refused";
}

/** A template leaves by itself: the draft that is begun stays. */
export function sendTemplate({ conversation, me, way }: Pick<Outgoing, "conversation" | "me" | "way">, { template, variables, file }: FilledTemplate): Promise<boolean> {
  return send({
    conversation, me, way, kind: "reply", undo: 0, lastSeq: null, rich: false,
    content: { type: "template", name: template.name, language: template.language, variables, ...(file ? { header: file.id } : {}) },
    draft: { text: said(template, variables), meta: file ? { attachments: [file] } : {} }, back: null,
  });
}

/** A voice note leaves by itself; refused, its sound comes back as a file. */
export function sendVoice({ conversation, me, way, sender, undo }: Pick<Outgoing, "conversation" | "me" | "way" | "sender" | "undo">, { file, seconds, peaks, is_voice }: Note): Promise<boolean> {
  return send({
    conversation, me, way, sender, undo, kind: "reply", lastSeq: null, rich: false, draft: { text: "", meta: { attachments: [file] } },
    ...(is_voice ? { content: { type: "voice", duration_s: seconds, peaks } } : {}),
  });
}

/** The server has it: a reply that can be taken back says so. */
export function sent(intent: Intent, answer: Answer): void {
  if (!intent.undo || !answer || !("seq" in answer)) return;
  const message = answer;
  const t = now();
  const id = say(t("composer.undo_sent", { seconds: intent.undo }), {
    ms: intent.undo * 1000 - 300, action: { label: t("common.undo"), run: () => void withdraw(message, intent.draft) },
  });
  setTimeout(() => dismiss(id), intent.undo * 1000);
}

/** The server does not take it: off the screen, back into the composer, and why. */
export function notSent(intent: Intent, error: ApiError): void {
  const { message, draft, mode = "reply" } = intent;
  if (!message) return;
  forget(message);
  unbind(intent);
  const t = now();
  if (!draft) {
    say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    return;
  }
  const stale = error.code === "stale-reply";
  giveBack(intent.conversation, { draft, mode, stale });
  if (!stale) say(t("composer.failed", { reason: reasonOf(t, error) }), { kind: "error" });
}

const forget = (message: Message): void =>
  showMessages(message.conversation_id, (list) => list.filter((one) => one.id !== message.id));

/** What was to be done with it is not done either. */
function unbind(intent: Intent): void {
  const current = cache.getQueryData<Conversation>(["conversation", intent.conversation]) ?? intent.after?.before;
  if (intent.after && current) showConversation(without(current, intent));
}

/** Takes a reply back before it leaves. */
export async function withdraw(message: Message, draft?: Draft): Promise<void> {
  const t = now();
  const back = draft ?? { text: message.text, meta: { attachments: message.attachments, ...(message.html ? { html: message.html } : {}) } };
  const mode = message.kind === "note" ? "note" : "reply";
  try {
    if (isLocal(message)) {
      const held = outbox.cancel(message.client_id ?? "");
      if (!held) throw new ApiError({ status: 409, code: "too-late-to-withdraw" });
      forget(message);
      unbind(held);
      giveBack(message.conversation_id, { draft: held.draft ?? back, mode });
    } else {
      await api.delete(`/conversations/${message.conversation_id}/messages/${message.id}`);
      forget(message);
      // What a macro does with it is done: undone by itself, never done twice.
      giveBack(message.conversation_id, { draft: { ...back, meta: { ...back.meta, macro: undefined } }, mode });
    }
    say(t("composer.undone"));
  } catch (error) {
    const late = error instanceof ApiError && (error.status === 409 || error.status === 410);
    say(late ? t("composer.undo_late") : t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
  }
}

/** Failed or uncertain, all of it or one part: send again, say that it arrived, or leave it unsent. */
export async function retry(message: Message, decision: Decision, part?: number): Promise<void> {
  const t = now();
  try {
    const answer = await api.post<Message | Conversation>(`/conversations/${message.conversation_id}/messages/${message.id}/retry`, { decision, ...(part === undefined ? {} : { part }) });
    if ("seq" in answer) showMessages(message.conversation_id, (list) => list.map((one) => (one.id === answer.id ? answer : one)));
    else if (answer?.id) showConversation(answer);
  } catch (error) {
    say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
  }
}

/** Asks again for a file that could not be fetched; how it ends comes as an event. */
export async function fetchAgain(message: Message, file: Attachment): Promise<void> {
  const t = now();
  try {
    const answer = await api.post<Message>(`/conversations/${message.conversation_id}/messages/${message.id}/attachments/${file.id}/fetch`);
    showMessage(answer);
  } catch (error) {
    say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
  }
}
