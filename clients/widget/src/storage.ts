import type { Store } from "./outbox";

/** The browser's storage; where it is forbidden or full, memory that lasts as long as the tab. */
export function keptOrRemembered(open: () => Storage): Store {
  const memory = new Map<string, string>();
  let kept: Storage | undefined;
  try {
    kept = open();
  } catch {
    kept = undefined;
  }
  return {
    getItem(key) {
      const remembered = memory.get(key);
      if (remembered !== undefined) return remembered;
      try {
        return kept?.getItem(key) ?? null;
      } catch {
        return null;
      }
    },
    setItem(key, value) {
      try {
        if (!kept) throw new Error("no storage");
        kept.setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
    removeItem(key) {
      memory.delete(key);
      try {
        kept?.removeItem(key);
      } catch {
        // nothing kept, nothing to remove
      }
    },
  };
}
