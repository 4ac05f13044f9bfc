/** The last triage acts, newest last, each with its way back. */
import { store } from "./store";

interface Act { label: string; back: () => Promise<unknown> }

const acts = store<readonly Act[]>([]);

export function remember(label: string, back: () => Promise<unknown>): void {
  acts.set((now) => [...now.slice(-19), { label, back }]);
}

/** Takes back the last act; answers its label, or null when there is none. */
export async function undoLast(): Promise<string | null> {
  const last = acts.get().at(-1);
  if (!last) return null;
  acts.set((now) => now.slice(0, -1));
  await last.back();
  return last.label;
}
