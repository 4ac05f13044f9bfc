/** Server state lives in one query cache; events pass the pure reducer and patch it here. */
import { EMPTY, newer, placed, reduce, withMessage, type State } from "@shared/reduce";
import type { Conversation, Id, LogEvent, Message, Page } from "@shared/types";
import { QueryClient, type InfiniteData } from "@tanstack/react-query";
import { ApiError } from "./api";
import { belongs, type ListFilter } from "./model";

export type Pages<Item> = InfiniteData<Page<Item>, string | null>;

export const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000, gcTime: 15 * 60_000, refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

/** What waits for the server, laid over what the server says. */
export interface Overlay {
  conversation: (one: Conversation) => Conversation;
  messages: (id: Id, newestFirst: Message[]) => Message[];
}
export let overlay: Overlay = { conversation: (one) => one, messages: (_, items) => items };
export function setOverlay(next: Overlay): void {
  overlay = next;
}

let self: Id = "";
export function setSelf(id: Id): void {
  self = id;
}

function flat<Item>(pages: Pages<Item> | undefined): Item[] {
  return pages?.pages.flatMap((page) => page.items) ?? [];
}

/** The items given back into one page, so that later pages keep their cursors. */
function whole<Item>(pages: Pages<Item>, items: readonly Item[]): Pages<Item> {
  const last = pages.pages.at(-1);
  return { pages: [{ items: [...items], next_cursor: last?.next_cursor ?? null }], pageParams: [pages.pageParams[0] ?? null] };
}

/** Shows a conversation as it is now, in its own page and in every list. */
export function showConversation(next: Conversation): void {
  cache.setQueryData<Conversation>(["conversation", next.id], (old) => overlay.conversation(newer(old, next)));
  const current = cache.getQueryData<Conversation>(["conversation", next.id]) ?? overlay.conversation(next);
  for (const [key, pages] of cache.getQueriesData<Pages<Conversation>>({ queryKey: ["conversations"] })) {
    if (!pages) continue;
    const filter = key[1] as ListFilter;
    const open = pages.pages.at(-1)?.next_cursor != null;
    const items = flat(pages);
    const after = placed(items, current, belongs(current, filter, self), open, filter.sort);
    if (after !== items) cache.setQueryData(key, whole(pages, after));
  }
}

/** What a list shows of it, until it has been asked for: it opens in the same frame, and what is typed next has its place. */
export function listed(id: Id): Conversation | undefined {
  for (const [, pages] of cache.getQueriesData<Pages<Conversation>>({ queryKey: ["conversations"] })) {
    const found = flat(pages).find((one) => one.id === id);
    if (found) return found;
  }
  return undefined;
}

/** Thread pages are newest first; the reducer wants oldest first. */
export function showMessages(id: Id, change: (oldestFirst: readonly Message[]) => readonly Message[]): void {
  cache.setQueryData<Pages<Message>>(["messages", id], (pages) => {
    if (!pages) return pages;
    const before = flat(pages).reverse();
    const after = change(before);
    return after === before ? pages : whole(pages, [...after].reverse());
  });
}

export function showMessage(message: Message): void {
  showMessages(message.conversation_id, (list) => withMessage(list, message));
}

/** The answer to what was written; it may come after the events that tell what became of it since. */
export function showWritten(message: Message): void {
  showMessages(message.conversation_id, (list) => {
    const known = list.find((one) => one.id === message.id);
    return withMessage(list, known ? { ...message, state: known.state, error: known.error, parts: known.parts ?? [] } : message);
  });
}

/** Takes a conversation that is gone out of every list, and forgets what was said in it. */
function dropConversation(id: Id): void {
  cache.removeQueries({ queryKey: ["messages", id] });
  void cache.resetQueries({ queryKey: ["conversation", id] });
  for (const [key, pages] of cache.getQueriesData<Pages<Conversation>>({ queryKey: ["conversations"] })) {
    const items = flat(pages);
    if (pages && items.some((one) => one.id === id)) cache.setQueryData(key, whole(pages, items.filter((one) => one.id !== id)));
  }
  void cache.invalidateQueries({ queryKey: ["timeline"] });
  void cache.invalidateQueries({ queryKey: ["past"] });
}

function stateOf(id: Id): State {
  const conversation = cache.getQueryData<Conversation>(["conversation", id]);
  const pages = cache.getQueryData<Pages<Message>>(["messages", id]);
  return {
    conversations: conversation ? { [id]: conversation } : EMPTY.conversations,
    messages: pages ? { [id]: flat(pages).reverse() } : EMPTY.messages,
  };
}

/** The last events: what is fetched may be older than what was told while it was on its way. */
const told: LogEvent[] = [];
const TOLD_MOST = 500;
let count = 0;

/** Call before fetching; what it returns gives the events that came since. */
export function listening(): () => readonly LogEvent[] {
  const before = count;
  return () => (count === before ? [] : told.slice(-Math.min(count - before, TOLD_MOST)));
}

/** A thread as it was fetched, newest first, and what was told of it since. */
export function caughtUp(id: Id, newestFirst: readonly Message[], since: readonly LogEvent[]): Message[] {
  if (since.length === 0) return [...newestFirst];
  const then: State = { conversations: {}, messages: { [id]: newestFirst.toReversed() } };
  return (since.reduce(reduce, then).messages[id] ?? []).toReversed();
}

/** A list as it was fetched, and what was told of its conversations since. */
export function placedSince(items: Conversation[], since: readonly LogEvent[], filter: ListFilter, me: Id, open: boolean): Conversation[] {
  const changed = since.flatMap(({ data }) => (data.conversation ? [data.conversation] : []));
  return changed.reduce<readonly Conversation[]>((list, next) => {
    const now = overlay.conversation(next);
    return placed(list, now, belongs(now, filter, me), open, filter.sort);
  }, items) as Conversation[];
}

/** Applies one event of the log to whatever the console holds. */
export function applyEvent(event: LogEvent): void {
  count += 1;
  if (told.push(event) > TOLD_MOST) told.shift();
  const { data } = event;
  const id = data.conversation?.id ?? data.message?.conversation_id ?? data.conversation_id;
  const isGone = event.type === "conversation.hidden" || (event.type === "conversation.erased" && !data.conversation);
  if (isGone && id) dropConversation(id);
  else if (id) {
    const before = stateOf(id);
    const after = reduce(before, event);
    if (data.conversation) showConversation(after.conversations[id] ?? data.conversation);
    const list = after.messages[id];
    if (before.messages[id] && list && list !== before.messages[id]) showMessages(id, () => list);
  }
  if (data.into) {
    showConversation(data.into);
    void cache.invalidateQueries({ queryKey: ["messages", data.into.id] });
  }
  const area = event.type.split(".")[0] ?? "";
  if (area === "contact" || area === "identity") {
    void cache.invalidateQueries({ queryKey: ["contact"] });
    void cache.invalidateQueries({ queryKey: ["contacts"] });
    void cache.invalidateQueries({ queryKey: ["likenesses"] });
  }
  if (id && event.type === "message.received") void cache.invalidateQueries({ queryKey: ["ways", id] });
  else if (["contact", "identity", "account", "inbox"].includes(area)) void cache.invalidateQueries({ queryKey: ["ways"] });
  if (area === "template" || area === "templates") void cache.invalidateQueries({ queryKey: ["templates"] });
  const lists: Record<string, string> = {
    agent: "agents", invitation: "agents", team: "teams", tag: "tags", macro: "macros", inbox: "inboxes", account: "inboxes", delivery: "quarantine",
  };
  if (lists[area]) void cache.invalidateQueries({ queryKey: [lists[area]] });
  if (data.conversation) {
    void cache.invalidateQueries({ queryKey: ["timeline", data.conversation.contact.id] });
    void cache.invalidateQueries({ queryKey: ["past", data.conversation.contact.id] });
  }
}
