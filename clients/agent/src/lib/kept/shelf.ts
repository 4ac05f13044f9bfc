/** Answers of the server that this browser keeps for one agent, so that they can be read without a network. */

/** at: when it was so, by this clock. */
export interface Kept { agent: string; hash: string; key: readonly unknown[]; data: unknown; at: number }

export interface Shelf {
  put: (items: readonly Kept[]) => Promise<void>;
  all: (agent: string) => Promise<Kept[]>;
  drop: (items: readonly Kept[]) => Promise<void>;
  clear: () => Promise<void>;
}

const NAME = "hilo-kept";
const TABLE = "answers";

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => {
    request.result.createObjectStore(TABLE, { keyPath: ["agent", "hash"] }).createIndex("agent", "agent");
  });
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("the browser's store failed")));
  });
}

/** A browser that forbids storage keeps nothing; that is no error. */
export function shelf(): Shelf {
  let opened: Promise<IDBDatabase | null> | undefined;
  async function run<Answer>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<Answer> | null, none: Answer): Promise<Answer> {
    opened ??= Promise.resolve().then(open).catch(() => null);
    const room = await opened;
    if (!room) return none;
    return new Promise((resolve) => {
      const turn = room.transaction(TABLE, mode);
      const request = work(turn.objectStore(TABLE));
      turn.addEventListener("complete", () => resolve(request ? request.result : none));
      turn.addEventListener("error", () => resolve(none));
      turn.addEventListener("abort", () => resolve(none));
    });
  }
  const nothing = (): null => null;
  return {
    put: (items) => run<undefined>("readwrite", (table) => {
      for (const one of items) table.put(one);
      return nothing();
    }, undefined),
    all: (agent) => run("readonly", (table) => table.index("agent").getAll(agent) as IDBRequest<Kept[]>, []),
    drop: (items) => run<undefined>("readwrite", (table) => {
      for (const one of items) table.delete([one.agent, one.hash]);
      return nothing();
    }, undefined),
    clear: () => run<undefined>("readwrite", (table) => {
      table.clear();
      return nothing();
    }, undefined),
  };
}
