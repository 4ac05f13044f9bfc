/** Where intents lie until they are done: this browser's own store, so that a reload or a closed page loses none. */
import type { Intent } from "./intent";

export interface Shelf {
  put: (intent: Intent) => Promise<unknown>;
  drop: (id: string) => Promise<unknown>;
  all: () => Promise<Intent[]>;
}

const NAME = "hilo";
const TABLE = "intents";

/** A browser that forbids storage keeps intents as long as the page. */
export function memory(): Shelf {
  const held = new Map<string, Intent>();
  return {
    put: (intent) => Promise.resolve(held.set(intent.id, intent)),
    drop: (id) => Promise.resolve(held.delete(id)),
    all: () => Promise.resolve([...held.values()]),
  };
}

const done = <Answer>(request: IDBRequest<Answer>): Promise<Answer> => new Promise((resolve, reject) => {
  request.addEventListener("success", () => resolve(request.result));
  request.addEventListener("error", () => reject(request.error ?? new Error("the browser's store failed")));
});

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(TABLE, { keyPath: "id" }));
  return done(request);
}

export function shelf(): Shelf {
  const instead = memory();
  let opened: Promise<IDBDatabase | null> | undefined;
  const table = async (mode: IDBTransactionMode): Promise<IDBObjectStore | null> => {
    opened ??= Promise.resolve().then(open).catch(() => null);
    return (await opened)?.transaction(TABLE, mode).objectStore(TABLE) ?? null;
  };
  return {
    put: async (intent) => {
      const at = await table("readwrite");
      return at ? done(at.put(intent)) : instead.put(intent);
    },
    drop: async (id) => {
      const at = await table("readwrite");
      return at ? done(at.delete(id)) : instead.drop(id);
    },
    all: async () => {
      const at = await table("readonly");
      return at ? done(at.getAll() as IDBRequest<Intent[]>) : instead.all();
    },
  };
}
