/** Nothing is stored before the visitor agrees: until then a memory stands in. Loaded only where a site wants it so. */

import type { Store } from "./outbox";

/** asks: told whether there is still something to agree to. Who was remembered before has agreed before. */
export function gated(store: Store, visitor: string, asks: (isOpen: boolean) => void): Store {
  let waiting: Map<string, string> | undefined = store.getItem(visitor) === null ? new Map() : undefined;
  asks(waiting === undefined);
  return {
    getItem: (key) => waiting?.get(key) ?? store.getItem(key),
    setItem: (key, value) => (waiting ? void waiting.set(key, value) : store.setItem(key, value)),
    removeItem: (key) => (waiting ? void waiting.delete(key) : store.removeItem(key)),
    agree() {
      if (!waiting) return;
      for (const [key, value] of waiting) store.setItem(key, value);
      waiting = undefined;
      asks(true);
    },
  };
}
