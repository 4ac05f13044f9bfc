/** What is worth keeping, and how much of it. Pure. */
import type { Conversation, Page } from "@shared/types";
import type { Pages } from "../cache";
import type { Kept } from "./shelf";

const AREAS = new Set(["me", "agents", "teams", "tags", "inboxes", "channels", "counts", "conversations", "conversation", "messages", "contact", "macros"]);
export const MOST = 500;
/** What was erased elsewhere while this browser was away does not lie here for ever. */
const OLD_MS = 7 * 86_400_000;

export const isKept = (key: readonly unknown[]): boolean => AREAS.has(String(key[0]));

/** What is kept of an answer: no token of a session, the newest page of a thread, the head of a list. */
export function trimmed(key: readonly unknown[], data: unknown): unknown {
  if (key[0] === "me") {
    const { csrf_token: _token, ...me } = data as { csrf_token?: string };
    return me;
  }
  if (key[0] === "messages") return cut(data as Pages<unknown>, 1, 100);
  if (key[0] === "conversations") return cut(data as Pages<unknown>, 10, MOST);
  return data;
}

function cut<Item>(pages: Pages<Item>, count: number, items: number): Pages<Item> {
  const kept = pages.pages.slice(0, count).map((page): Page<Item> => ({ ...page, items: page.items.slice(0, items) }));
  return { pages: kept, pageParams: pages.pageParams.slice(0, count) };
}

/** What is about this conversation or person alone. */
export const about = (items: readonly Kept[], id: string): Kept[] => items.filter((one) => one.key[1] === id);

/** What is too old to be kept, and the threads, conversations and people beyond the newest so many of each. */
export function surplus(items: readonly Kept[], now: number): Kept[] {
  const old = items.filter((one) => now - one.at > OLD_MS);
  return [...old, ...["messages", "conversation", "contact"].flatMap((area) =>
    items.filter((one) => one.key[0] === area).toSorted((a, b) => b.at - a.at).slice(MOST))];
}

/** Conversations that stand in kept lists and have no answer of their own. */
export function fromLists(items: readonly Kept[]): Conversation[] {
  const own = new Set(items.filter((one) => one.key[0] === "conversation").map((one) => one.key[1]));
  const rows = items.filter((one) => one.key[0] === "conversations").flatMap((one) => (one.data as Pages<Conversation>).pages.flatMap((page) => page.items));
  return [...new Map(rows.filter((one) => !own.has(one.id)).map((one) => [one.id, one])).values()];
}
