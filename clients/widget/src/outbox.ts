/**
 * What the visitor has sent and the server has not shown back yet. Kept in the browser's storage, so that it
 * survives a reload, a closed tab and hours without network; each entry has its client id from birth, so that
 * sending it twice stores it once.
 */

export type Sent = {
  readonly client_id: string;
  readonly text: string;
  readonly files: readonly { readonly id: string; readonly name: string; readonly media_type: string; readonly size_bytes: number }[];
  readonly at: number;
  /** queued: still ours to send. accepted: durable there, not shown back yet. refused: will never be taken as it is. */
  readonly state: "queued" | "accepted" | "refused";
};

/** agree: the visitor has agreed to being remembered; absent where nobody asks. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem"> & { readonly agree?: () => void };
/** "retry": nothing is known or the server asks for patience; the same entry is sent again later. */
export type Answer = "accepted" | "refused" | "retry";

const KEEP_ACCEPTED_MS = 86_400_000;

export class Outbox {
  #entries: readonly Sent[];
  #busy = false;

  constructor(
    private readonly key: string,
    private readonly store: Store,
    private readonly post: (entry: Sent) => Promise<Answer>,
    private readonly changed: () => void,
    private readonly now: () => number = Date.now,
  ) {
    this.#entries = this.#read().filter((each) => each.state !== "accepted" || now() - each.at < KEEP_ACCEPTED_MS);
  }

  /** Everything not shown back yet, oldest first. */
  get entries(): readonly Sent[] {
    return this.#entries;
  }

  /** Keeps a new message and returns it; it is safe from then on. */
  add(client_id: string, text: string, files: Sent["files"]): Sent {
    const entry: Sent = { client_id, text, files, at: this.now(), state: "queued" };
    this.#write([...this.#read(), entry]);
    return entry;
  }

  /** Puts a refused message back into the queue. */
  again(client_id: string): void {
    this.#set(client_id, "queued");
  }

  /** Forgets what the server has shown back. */
  settle(shown: ReadonlySet<string | null>): void {
    const kept = this.#read().filter((each) => !shown.has(each.client_id));
    if (kept.length !== this.#entries.length) this.#write(kept);
  }

  /** Another tab has written; take over what it kept. */
  reload(): void {
    this.#entries = this.#read();
    this.changed();
  }

  clear(): void {
    this.#write([]);
  }

  /** Sends what is queued, one after the other, in order. Returns false when something has to wait. */
  async flush(): Promise<boolean> {
    if (this.#busy) return true;
    this.#busy = true;
    try {
      for (;;) {
        const next = this.#entries.find((each) => each.state === "queued");
        if (!next) return true;
        const answer = await this.post(next).catch((): Answer => "retry");
        if (answer === "retry") return false;
        this.#set(next.client_id, answer);
      }
    } finally {
      this.#busy = false;
    }
  }

  #set(client_id: string, state: Sent["state"]): void {
    this.#write(this.#read().map((each) => (each.client_id === client_id ? { ...each, state } : each)));
  }

  #read(): readonly Sent[] {
    try {
      const found: unknown = JSON.parse(this.store.getItem(this.key) ?? "[]");
      return Array.isArray(found) ? (found as Sent[]).filter((each) => typeof each?.client_id === "string") : [];
    } catch {
      return []; // written by something else
    }
  }

  #write(entries: readonly Sent[]): void {
    this.#entries = entries;
    this.store.setItem(this.key, JSON.stringify(entries));
    this.changed();
  }
}
