/** A list that does not move under the pointer: while calm, rows keep their places and new ones wait to be let in. */
import type { Conversation, Id } from "@shared/types";

export interface Calm { shown: readonly Conversation[]; fresh: number }

/** What to show, given the order that was on the screen. Pure. */
export function calmed(
  items: readonly Conversation[], before: readonly Id[], known: ReadonlyMap<Id, Conversation>, touched: ReadonlySet<Id>,
): Calm {
  const live = new Map(items.map((one) => [one.id, one]));
  const old = new Set(before);
  const lastKnown = items.findLastIndex((one) => old.has(one.id));
  const fresh = items.slice(0, lastKnown + 1).filter((one) => !old.has(one.id)).length;
  const kept = before.flatMap((id) => {
    const one = live.get(id) ?? (touched.has(id) ? undefined : known.get(id));
    return one ? [one] : [];
  });
  return { shown: [...kept, ...items.slice(lastKnown + 1).filter((one) => !old.has(one.id))], fresh };
}
