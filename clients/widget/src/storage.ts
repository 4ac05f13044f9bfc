import type { Store } from "./outbox";

/** The frame's own storage; undefined where the browser forbids it to a frame on somebody else's site. */
export function own(): Store | undefined {
  try {
    const kept = localStorage;
    kept.getItem("");
    return {
      getItem: (key) => kept.getItem(key),
      setItem(key, value) {
        try {
          kept.setItem(key, value);
        } catch {
          // Full: what is on screen still leaves while the tab lives.
        }
      },
      removeItem: (key) => kept.removeItem(key),
    };
  } catch {
    return undefined;
  }
}
