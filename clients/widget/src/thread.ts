/** The messages a visitor has, whatever the order and however often they come. Pure. */

import type { Batch, Message } from "./protocol";
import type { Thread } from "./state";

/** Lays a batch over what there is: by id, the later version wins, in the order of the ids. */
export function merge(thread: Thread, batch: Batch): Thread {
  const byId = new Map(thread.messages.map((each) => [each.id, each]));
  for (const message of batch.messages) byId.set(message.id, message);
  const talks = new Map(thread.conversations.map((each) => [each.id, each]));
  for (const talk of batch.conversations) talks.set(talk.id, talk);
  return {
    messages: [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    conversations: [...talks.values()],
    cursor: batch.cursor || thread.cursor,
  };
}

/** Puts older messages before the others; the cursor stays where it is. */
export function prepend(thread: Thread, batch: Batch): Thread {
  return { ...merge(thread, { ...batch, conversations: [] }), cursor: thread.cursor };
}

/** True when somebody of the team has read the message. */
export function isSeen(thread: Thread, message: Message): boolean {
  const talk = thread.conversations.find((each) => each.id === message.conversation_id);
  return talk !== undefined && talk.read_seq >= message.seq;
}

/** The answers that came after the last one the visitor looked at. */
export function unread(thread: Thread, seenId: string): readonly Message[] {
  return thread.messages.filter((each) => each.author.kind !== "contact" && each.id > seenId);
}

/** The id of the last answer, to remember as looked at. */
export function lastAnswer(thread: Thread): string {
  return thread.messages.findLast((each) => each.author.kind !== "contact")?.id ?? "";
}
