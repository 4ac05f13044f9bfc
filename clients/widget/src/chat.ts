/**
 * The visitor's side of the doors: who one is, and what one sends. What comes back is the work of `live.ts`, loaded
 * with the first message: before it nobody can have answered.
 */

import { Doors } from "./doors";
import { newId } from "./ids";
import type { Wire } from "./line";
import type { Host, Live } from "./live";
import { type Answer, Outbox, type Sent, type Store } from "./outbox";
import type { Batch, Looks, Message, Posed, Session } from "./protocol";
import { NOTHING, type State } from "./state";

export type Deps = {
  /** Where its doors are, `https://…/chat/<account>/`, and what its entries in the storage begin with. */
  readonly base: string;
  readonly prefix: string;
  readonly config: Looks;
  readonly store: Store;
  readonly fetch: typeof fetch;
  readonly live: (chat: Host) => Promise<Live>;
  /** Asks before the first message; takes back what is no longer asked. */
  readonly ask: (questions: readonly Posed[]) => Promise<void>;
  readonly openSocket: (url: string) => Wire;
  readonly locale: string;
  readonly changed: () => void;
  readonly arrived: (message: Message) => void;
  readonly isWatched: () => boolean;
  /** Starts the panel anew from what is stored; for when a part of it could not be loaded. */
  readonly reload: () => void;
};

const RETRY_MS = 2_000;
const RETRY_MOST_MS = 30_000;

export class Chat implements Host {
  state: State;
  readonly doors: Doors;
  readonly #outbox: Outbox;
  #live: Live | undefined;
  #loading: Promise<void> | undefined;
  #isBroken = false;
  #identity: string | undefined;
  /** The page that shows the chat, as it last said. */
  url = "";
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #turn = 0;
  // Asked while the panel waits: the first such question takes a slow machine a tenth of a second.
  #opened = () => {};
  readonly #open = new Promise<void>((done) => {
    this.#opened = done;
  });

  constructor(readonly deps: Deps) {
    this.doors = new Doors(deps.base, deps.fetch, deps.openSocket);
    this.doors.token = this.kept("visitor");
    this.#outbox = new Outbox(
      this.#key("outbox"),
      deps.store,
      (entry) => this.#post(entry),
      () => this.set({ outbox: this.#outbox.entries }),
    );
    this.state = {
      phase: "starting",
      config: deps.config,
      thread: NOTHING,
      outbox: this.#outbox.entries,
      isUp: true,
      typing: "",
      unread: 0,
      verified: false,
      hasOlder: false,
      email: this.kept("email"),
    };
  }

  /** The visitor shows an intent: until then a panel that waits ready asks and stores nothing. */
  wake(): void {
    if (this.#turn === 0) void this.start();
  }

  /** Begins or takes up the session; repeats itself until the server answers. */
  async start(): Promise<void> {
    clearTimeout(this.#retry);
    const turn = ++this.#turn;
    const answer = await this.doors.post("session", {
      identity_jwt: this.#identity,
      locale: this.deps.locale,
      page: this.url,
    });
    if (turn !== this.#turn) return;
    if (answer?.ok) {
      this.#failures = 0;
      await this.#take((await answer.json()) as Session);
    } else if (answer?.status === 401 && this.#identity) {
      this.#identity = undefined; // not signed by the company: the visitor stays who it was
      await this.start();
    } else {
      this.#failures += 1;
      this.set({ phase: this.state.phase === "ready" ? "ready" : "unreachable", isUp: false });
      this.#again(() => this.start(), Math.min(RETRY_MOST_MS, RETRY_MS * this.#failures));
    }
  }

  /** Keeps and sends a message; it is on screen and safe before this returns. */
  send(text: string, files: Sent["files"] = []): void {
    this.deps.store.agree?.();
    this.#outbox.add(newId(), text, files);
    void this.flush();
  }

  again(client_id: string): void {
    this.#outbox.again(client_id);
    void this.flush();
  }

  /** The visitor types or looks; both matter only once there is a conversation. */
  typed(): void {
    this.#live?.typed();
  }
  looked(): void {
    this.#live?.looked();
  }

  /** A company's signed identity, facts the visitor gives of itself, or null: forget everything here. */
  async identify(who: string | Readonly<Record<string, unknown>> | null): Promise<void> {
    if (who === null) this.#forget();
    else if (typeof who === "string") {
      this.#identity = who;
      await this.start();
    } else {
      await this.#open;
      await this.doors.post("identify", { traits: who });
    }
  }

  async track(name: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    this.wake();
    await this.#open;
    await this.doors.post("track", { name, data, page: this.url });
  }

  page(url: string): void {
    this.url = url;
  }

  online(): void {
    if (this.#isBroken) this.deps.reload();
    else if (this.state.phase === "ready") void this.flush();
    else if (this.#turn > 0) void this.start();
  }

  offline(): void {
    this.set({ isUp: false });
    this.#live?.drop();
  }

  /** Another tab has sent, read, or become somebody else: all follow the last. */
  stored(key: string | null): void {
    if (key === this.#key("outbox")) {
      this.#outbox.reload();
      this.wake();
    }
    if (key === this.#key("seen")) this.#live?.count();
    if (key === this.#key("id") && this.kept("visitor") !== this.doors.token) {
      this.doors.token = this.kept("visitor");
      this.#clear();
      if (this.#turn > 0) void this.start();
    }
  }

  /** Sends what waits, then listens for the answer. */
  async flush(): Promise<void> {
    if (!this.doors.token) return;
    const isUp = await this.#outbox.flush();
    if (isUp !== this.state.isUp) this.set({ isUp });
    if (isUp) await this.#listen();
    else this.#again(() => this.flush(), RETRY_MS);
  }

  settle(shown: ReadonlySet<string | null>): void {
    this.#outbox.settle(shown);
  }

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.deps.changed();
  }

  kept(name: string): string {
    return this.deps.store.getItem(this.#key(name)) ?? "";
  }

  keep(name: string, value: string): void {
    this.deps.store.setItem(this.#key(name), value);
  }

  async #take(session: Session): Promise<void> {
    const { visitor_token, visitor_id, config, expectation, verified } = session;
    const before = this.kept("id");
    const isOther = before !== "" && before !== visitor_id;
    if (isOther && verified) this.#outbox.clear(); // written by whoever was here before
    if (isOther || verified !== this.state.verified) this.#clear();
    this.doors.token = visitor_token;
    this.keep("visitor", visitor_token);
    this.keep("id", visitor_id);
    await this.deps.ask(this.kept("answers") || this.state.outbox[0] ? [] : session.questions).catch(() => undefined);
    this.set({ phase: "ready", config, expectation, verified });
    this.#opened();
    await this.#listen(session);
    await this.flush();
  }

  async #listen(batch?: Batch): Promise<void> {
    if (batch && !this.#live) this.set({ thread: { ...NOTHING, cursor: batch.cursor } });
    if ((batch?.messages.length ?? 0) + this.state.outbox.length > 0 && !this.#live) {
      this.#loading ??= this.deps.live(this).then(
        (live) => {
          this.#live = live;
        },
        () => {
          this.#isBroken = true;
          this.#loading = undefined;
        },
      );
      await this.#loading;
    }
    if (batch) this.#live?.begin(batch);
    this.#live?.connect();
  }

  async #post(entry: Sent): Promise<Answer> {
    const answer = await this.doors.post("messages", {
      client_id: entry.client_id,
      text: entry.text,
      attachments: entry.files.map((each) => each.id),
      page: this.url,
      locale: this.deps.locale,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      answers: this.state.thread.messages[0] ? null : JSON.parse(this.kept("answers") || "null"),
    });
    if (answer?.ok) return "accepted";
    if (answer?.status === 401) void this.start();
    return !answer || answer.status >= 500 || [401, 408, 429].includes(answer.status) ? "retry" : "refused";
  }

  #again(what: () => Promise<void>, wait: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void what(), wait * (0.5 + Math.random() / 2));
  }

  #forget(): void {
    this.#identity = undefined;
    for (const each of ["visitor", "id", "outbox", "seen", "email", "answers"]) this.deps.store.removeItem(this.#key(each));
    this.doors.token = "";
    this.#outbox.clear();
    this.#clear();
    this.set({ verified: false, email: "" });
    if (this.#turn > 0) void this.start();
  }

  #clear(): void {
    this.#live?.drop();
    this.set({ thread: NOTHING, unread: 0, typing: "" });
  }

  #key(name: string): string {
    return this.deps.prefix + name;
  }
}
