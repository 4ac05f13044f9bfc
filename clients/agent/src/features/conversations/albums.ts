/** Pictures sent together come as messages of their own; the thread shows them as the one they were. */
import type { Message } from "@shared/types";

export interface Shown { message: Message; /** Where its first one stands among all. */ index: number; ids: readonly string[] }

const albumOf = (message: Message): string | null => {
  const album = message.meta["album"];
  return typeof album === "string" && album && !message.deleted_at ? album : null;
};

const goTogether = (one: Message, next: Message): boolean =>
  albumOf(one) !== null && albumOf(one) === albumOf(next) && one.kind === next.kind && one.inbox_id === next.inbox_id
  && one.author.kind === next.author.kind && one.author.id === next.author.id;

/** The messages as they are drawn, oldest first. */
export function albums(messages: readonly Message[]): Shown[] {
  const shown: Shown[] = [];
  for (const [index, message] of messages.entries()) {
    const last = shown.at(-1);
    if (last && goTogether(last.message, message)) shown[shown.length - 1] = { ...last, message: joined(last.message, message), ids: [...last.ids, message.id] };
    else shown.push({ message, index, ids: [message.id] });
  }
  return shown;
}

function joined(one: Message, next: Message): Message {
  return {
    ...one, text: [one.text, next.text].filter(Boolean).join("\n\n"), attachments: [...one.attachments, ...next.attachments],
    reactions: [...(one.reactions ?? []), ...(next.reactions ?? [])], reply_to: one.reply_to ?? next.reply_to,
  };
}

const STRETCH = 40;

/** What is drawn or left out together. By their places in the conversation, so that older pages change no stretch but the first. */
export function inStretches(shown: readonly Shown[]): { key: number; said: Shown[] }[] {
  const stretches: { key: number; said: Shown[] }[] = [];
  for (const one of shown) {
    const key = Math.floor(one.message.seq / STRETCH);
    const last = stretches.at(-1);
    if (last && key <= last.key) last.said.push(one);
    else stretches.push({ key, said: [one] });
  }
  return stretches;
}
