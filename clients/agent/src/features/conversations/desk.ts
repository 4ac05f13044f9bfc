/** Where the agent stands in the inbox: the row under the cursor, the chosen rows, the picker that was asked for. */
import type { Id } from "@shared/types";
import type { Quoted } from "@lib/model";
import { store } from "@lib/store";

export type PickerName = "assign" | "snooze" | "tag" | "priority" | "macro" | "status";

export const cursor = store<Id | null>(null);
export const selected = store<ReadonlySet<Id>>(new Set());
export const asked = store<PickerName | null>(null);
/** Which side of the composer is up, asked for by keys or menus. */
export const wanted = store<{ mode: "reply" | "note"; quote?: Quoted | undefined; turn: number } | null>(null);
/** Rows this agent acted on: they may leave the list at once, also under the pointer. */
export const touched = new Set<Id>();

export function toggleSelected(id: Id): void {
  selected.set((now) => {
    const next = new Set(now);
    if (!next.delete(id)) next.add(id);
    return next;
  });
}

export function select(rows: readonly { id: Id }[]): void {
  selected.set(new Set(rows.map((one) => one.id)));
}

export function clearSelected(): void {
  selected.set((now) => (now.size ? new Set() : now));
}

/** quote: the message it shall answer. */
export function ask(mode: "reply" | "note", quote?: Quoted): void {
  wanted.set((now) => ({ mode, quote, turn: (now?.turn ?? 0) + 1 }));
}
