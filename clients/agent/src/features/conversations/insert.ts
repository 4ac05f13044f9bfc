/** Words from elsewhere for the composer that is on the screen, or the next that shows this conversation. */
import type { Id } from "@shared/types";
import type { WaitingMacro } from "@lib/model";

/** macro: whose acts wait until these words are sent. */
export interface Words { text: string; macro: WaitingMacro }

const composers = new Map<Id, (words: Words) => void>();
const kept = new Map<Id, Words>();

export function offerWords(id: Id, words: Words): void {
  const shown = composers.get(id);
  if (shown) shown(words);
  else kept.set(id, words);
}

export function receiveWords(id: Id, take: (words: Words) => void): () => void {
  composers.set(id, take);
  const words = kept.get(id);
  kept.delete(id);
  if (words) take(words);
  return () => void (composers.get(id) === take && composers.delete(id));
}

/** Whether what is typed here begins a word, so that a sign at its head means something. */
export function beginsWord(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return !/\S/.test(target.value[target.selectionStart - 1] ?? "");
  const { anchorNode, anchorOffset = 0 } = getSelection() ?? {};
  const before = anchorNode instanceof Text ? anchorNode.data[anchorOffset - 1] : undefined;
  return !/\S/.test(before ?? "");
}
