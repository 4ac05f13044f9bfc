/** The pure reducer: state + event = state. What the server shows after an event is what this makes of it. */
import { PRIORITIES, type Conversation, type Id, type LogEvent, type Message, type MessageState } from "./types";

export interface State {
  readonly conversations: Readonly<Record<Id, Conversation>>;
  /** By conversation, oldest first. */
  readonly messages: Readonly<Record<Id, readonly Message[]>>;
}

export const EMPTY: State = { conversations: {}, messages: {} };

const RANK: Partial<Record<MessageState, number>> = { queued: 1, sending: 1, sent: 2, delivered: 3, read: 4 };

/** Whether `next` may replace `now`: a late "sending" never hides "delivered", while failing and retrying may. */
function moves(now: MessageState, next: MessageState): boolean {
  const [from, to] = [RANK[now], RANK[next]];
  return from === undefined || to === undefined || to >= from;
}

/** The newer of two views of one conversation. */
export function newer(old: Conversation | undefined, next: Conversation): Conversation {
  return old && old.version > next.version ? old : next;
}

/** The same message: by its id, or by the name its author's client gave it. Others may give the same name to theirs. */
function isSame(one: Message, next: Message): boolean {
  if (one.id === next.id) return true;
  return one.client_id !== null && one.client_id === next.client_id
    && one.author.kind === next.author.kind && one.author.id === next.author.id;
}

/** One message put in its place by seq; a known one is renewed but never set back. */
export function withMessage(list: readonly Message[], next: Message): readonly Message[] {
  const at = list.findIndex((one) => isSame(one, next));
  if (at >= 0) {
    const old = list[at]!;
    const keep = old.id === next.id && !moves(old.state, next.state);
    const attachments = next.attachments.map((file) =>
      file.url ? file : { ...file, url: old.attachments.find((known) => known.id === file.id)?.url ?? "" });
    const renewed = { ...next, attachments, ...(keep ? { state: old.state, error: old.error, parts: old.parts } : {}) };
    return list.map((one, index) => (index === at ? renewed : one));
  }
  let end = list.length;
  while (end > 0 && list[end - 1]!.seq > next.seq) end -= 1;
  return [...list.slice(0, end), next, ...list.slice(end)];
}

function put(state: State, conversation: Conversation | undefined, message: Message | null | undefined): State {
  let { conversations, messages } = state;
  if (conversation) {
    const now = newer(conversations[conversation.id], conversation);
    if (now !== conversations[conversation.id]) conversations = { ...conversations, [now.id]: now };
  }
  if (message) {
    const list = messages[message.conversation_id] ?? [];
    messages = { ...messages, [message.conversation_id]: withMessage(list, message) };
  }
  return { conversations, messages };
}

function patch(state: State, id: Id, change: (list: readonly Message[]) => readonly Message[]): State {
  const list = state.messages[id];
  return list ? { ...state, messages: { ...state.messages, [id]: change(list) } } : state;
}

/** The whole conversation is gone, or, where some of it is left, these messages. */
function erased(state: State, { data }: LogEvent): State {
  const id = data.conversation_id ?? "";
  if (data.conversation) {
    const gone = new Set(data.message_ids);
    return patch(put(state, data.conversation, null), id, (list) => list.filter((one) => !gone.has(one.id)));
  }
  const { [id]: _talk, ...conversations } = state.conversations;
  const { [id]: _said, ...messages } = state.messages;
  return { conversations, messages };
}

/** Some messages went into another conversation, under the numbers they had. */
function split(state: State, { data }: LogEvent): State {
  const gone = new Set(data.message_ids);
  const id = data.conversation_id ?? "";
  const moved = (state.messages[id] ?? []).filter((one) => gone.has(one.id));
  const rest = patch(put(put(state, data.conversation, null), data.into, null), id, (list) => list.filter((one) => !gone.has(one.id)));
  return moved.reduce((now, one) => put(now, undefined, { ...one, conversation_id: data.into!.id }), rest);
}

/** Applies one event. Unknown types change nothing. */
export function reduce(state: State, event: LogEvent): State {
  const { data } = event;
  switch (event.type) {
    case "conversation.opened":
    case "conversation.changed":
    case "message.received":
    case "message.queued":
    case "message.noted":
    case "message.echoed":
    case "message.changed":
      return put(state, data.conversation, data.message);
    case "message.attachments":
    case "message.linked":
      return put(state, undefined, data.message);
    case "message.withdrawn":
      return patch(put(state, data.conversation, null), data.conversation?.id ?? "", (list) =>
        list.filter((one) => one.id !== data.message_id));
    case "conversation.split":
      return split(state, event);
    case "conversation.erased":
    case "conversation.hidden":
      return erased(state, event);
    case "message.state":
      return patch(state, data.conversation_id ?? "", (list) => list.map((one) =>
        one.id === data.message_id && data.state && moves(one.state, data.state)
          ? { ...one, state: data.state, error: data.error ?? null, parts: data.parts ?? [] } : one));
    default:
      return state;
  }
}

export type Order = "activity" | "priority";

/** A conversation put into a list, newest activity first (or the most pressing); `belongs` says whether it is in the list. */
export function placed(
  list: readonly Conversation[], next: Conversation, belongs: boolean, open: boolean, order: Order = "activity",
): readonly Conversation[] {
  const old = list.find((one) => one.id === next.id);
  if (old && old.version > next.version) return list;
  const rest = list.filter((one) => one.id !== next.id);
  if (!belongs) return old ? rest : list;
  const at = rest.findIndex((one) => before(next, one, order));
  if (at >= 0) return [...rest.slice(0, at), next, ...rest.slice(at)];
  return open && !old ? list : [...rest, next];
}

function before(a: Conversation, b: Conversation, order: Order): boolean {
  const presses = order === "priority" ? PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) : 0;
  if (presses) return presses > 0;
  return a.activity_at === b.activity_at ? a.id > b.id : Date.parse(a.activity_at) > Date.parse(b.activity_at);
}
