/** Sending: on the screen in the same frame, then told to the server; what is typed is never lost. */
import type { Conversation, Id, Message } from "@shared/types";
import { api, ApiError, newId } from "@lib/api";
import { showConversation, showMessage, showMessages } from "@lib/cache";
import { now, reasonOf } from "@lib/i18n";
import type { AgentSelf, DraftMeta } from "@lib/model";
import { dismiss, say } from "@lib/toasts";
import { touched } from "../desk";

export interface Outgoing {
  conversation: Conversation; me: AgentSelf; kind: "reply" | "note"; text: string; meta: DraftMeta; undo: number; lastSeq: number | null;
  /** Puts everything back into the composer. */
  restore: () => void;
  stale: () => void;
}

function preview(out: Outgoing, client: Id): Message {
  const at = new Date().toISOString();
  const { conversation: one, meta } = out;
  return {
    id: `local-${client}`, conversation_id: one.id, seq: one.last_seq + 1, kind: out.kind === "note" ? "note" : "outgoing",
    channel: one.channel, inbox_id: one.inbox_id, author: { kind: "agent", id: out.me.id, name: out.me.name }, subject: "",
    text: out.text, html: null, quoted: null, reply_to: null, state: out.kind === "note" ? "stored" : "sending", error: null,
    attachments: (meta.attachments ?? []).map((file) => ({
      ...file, url: file.url ?? "", inline: false, content_id: "", width: null, height: null, state: "stored" })),
    meta: { cc: meta.cc ?? [], bcc: meta.bcc ?? [] }, client_id: client, at, created_at: at, undo_until: null,
  };
}

export async function send(out: Outgoing): Promise<boolean> {
  const { conversation: one, meta } = out;
  const client = newId();
  const mine = preview(out, client);
  touched.add(one.id);
  showMessage(mine);
  try {
    const answer = await api.post<Message>(`/conversations/${one.id}/messages`, {
      kind: out.kind, text: out.text, client_id: client,
      ...(meta.attachments?.length ? { attachments: meta.attachments.map((file) => file.id) } : {}),
      ...(out.kind === "reply" && meta.cc?.length ? { cc: meta.cc } : {}),
      ...(out.kind === "reply" && meta.bcc?.length ? { bcc: meta.bcc } : {}),
      ...(out.kind === "reply" && out.undo ? { undo_s: out.undo } : {}),
      ...(out.kind === "reply" && out.lastSeq !== null ? { if_last_seq: out.lastSeq } : {}),
    }, client);
    showMessage(answer);
    if (out.kind === "reply" && out.undo) offerUndo(out, answer);
    return true;
  } catch (error) {
    showMessages(one.id, (list) => list.filter((message) => message.id !== mine.id));
    out.restore();
    if (error instanceof ApiError && error.code === "stale-reply") out.stale();
    else {
      const t = now();
      say(t("composer.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
    return false;
  }
}

function offerUndo(out: Outgoing, message: Message): void {
  const t = now();
  const id = say(t("composer.undo_sent", { seconds: out.undo }), {
    ms: out.undo * 1000 - 300, action: { label: t("common.undo"), run: () => void withdraw(message, out.restore) },
  });
  setTimeout(() => dismiss(id), out.undo * 1000);
}

/** Takes a reply back before it leaves. */
export async function withdraw(message: Message, restore: () => void): Promise<void> {
  const t = now();
  try {
    await api.delete(`/conversations/${message.conversation_id}/messages/${message.id}`);
    showMessages(message.conversation_id, (list) => list.filter((one) => one.id !== message.id));
    restore();
    say(t("composer.undone"));
  } catch (error) {
    const late = error instanceof ApiError && (error.status === 409 || error.status === 410);
    say(late ? t("composer.undo_late") : t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
  }
}

/** Failed or uncertain: send again, or say that it arrived. */
export async function retry(message: Message, decision: "resend" | "sent"): Promise<void> {
  const t = now();
  try {
    const answer = await api.post<Message | Conversation>(`/conversations/${message.conversation_id}/messages/${message.id}/retry`, { decision });
    if ("seq" in answer) showMessages(message.conversation_id, (list) => list.map((one) => (one.id === answer.id ? answer : one)));
    else if (answer?.id) showConversation(answer);
  } catch (error) {
    say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
  }
}
