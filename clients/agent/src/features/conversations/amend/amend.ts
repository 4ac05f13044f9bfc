/** Reacting, editing, taking back: asked of the vendor through the server; what it refuses is told. */
import type { Message } from "@shared/types";
import { api } from "@lib/api";
import { showMessage } from "@lib/cache";
import { now, reasonOf } from "@lib/i18n";
import type { AgentSelf } from "@lib/model";
import { say } from "@lib/toasts";

const path = (message: Message, what = ""): string => `/conversations/${message.conversation_id}/messages/${message.id}${what}`;

const failed = (error: unknown): void => {
  const t = now();
  say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
};

export const ownMark = (message: Message, me: string): string => message.reactions?.find((one) => one.author.id === me)?.emoji ?? "";

/** Shown at once; the same sign again takes it away. */
export async function react(message: Message, me: AgentSelf, emoji: string): Promise<void> {
  const before = message.reactions ?? [];
  const others = before.filter((one) => one.author.id !== me.id);
  const gone = ownMark(message, me.id) === emoji;
  const mine = { emoji, author: { kind: "agent" as const, id: me.id, name: me.name }, at: new Date().toISOString() };
  showMessage({ ...message, reactions: gone ? others : [...others, mine] });
  try {
    showMessage(await (gone ? api.delete<Message>(path(message, "/reaction")) : api.put<Message>(path(message, "/reaction"), { emoji })));
  } catch (error) {
    showMessage({ ...message, reactions: before });
    failed(error);
  }
}

/** Throws what the server refuses. */
export async function edit(message: Message, text: string): Promise<void> {
  const t = now();
  const before = message.text;
  showMessage(await api.patch<Message>(path(message), { text }));
  say(t("amend.edited"), {
    ms: 10_000, action: { label: t("common.undo"), run: () => void api.patch<Message>(path(message), { text: before }).then(showMessage, failed) },
  });
}

/** Throws what the server refuses. */
export async function takeBack(message: Message): Promise<void> {
  showMessage(await api.put<Message>(path(message, "/deletion")));
  say(now()("amend.taken_back"));
}
