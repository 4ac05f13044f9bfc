/**
 * Where a browser forbids storage to frames on other sites, the site's own page keeps it for us. Loaded only then. The
 * page is the company's own: what it could read here it could as well have asked for.
 */

import type { Store } from "./outbox";
import { isOurs, type ToHost, type ToPanel } from "./protocol";

/** Asks the page for what it kept. changed: another tab wrote. A page that does not answer keeps nothing. */
export async function elsewhere(tell: (message: ToHost) => void, changed: (key: string) => void): Promise<Store> {
  const memory = new Map<string, string>();
  await new Promise<void>((done) => {
    addEventListener("message", (event: MessageEvent<unknown>) => {
      if (event.source !== parent || !isOurs<ToPanel>(event.data) || event.data.type !== "kept") return;
      for (const [key, value] of Object.entries(event.data.values)) {
        if (typeof value === "string") memory.set(key, value);
        else memory.delete(key);
        changed(key);
      }
      done();
    });
    setTimeout(done, 1_000);
    tell({ hilo: 1, type: "ask" });
  });
  return {
    getItem: (key) => memory.get(key) ?? null,
    setItem(key, value) {
      memory.set(key, value);
      tell({ hilo: 1, type: "keep", key, value });
    },
    removeItem(key) {
      memory.delete(key);
      tell({ hilo: 1, type: "keep", key, value: null });
    },
  };
}
