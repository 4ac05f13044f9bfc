/** Intents on their way: shown at once, kept until the server knows them, sent once and in order. Knows no screen. */
import type { Conversation, Id, Message } from "@shared/types";
import { ApiError, newId } from "../api";
import type { Bound, Given, Intent } from "./intent";
import type { Shelf } from "./shelf";

export type Answer = Conversation | Message | undefined;
export type Outcome = "done" | "refused" | "waiting";

export interface Desk {
  shelf: Shelf;
  send: (intent: Intent) => Promise<Answer>;
  /** The conversation as the server has it, for an act that waited through a reload. */
  look: (id: Id) => Promise<Conversation>;
  onDone: (intent: Intent, answer: Answer) => void;
  onRefused: (intent: Intent, error: ApiError) => void;
  onWaiting: (intent: Intent) => void;
  /** Called whenever what waits has changed. */
  onChange: () => void;
  /** Pages that are open, this one apart; null when the browser cannot tell. */
  others: () => Promise<ReadonlySet<string> | null>;
  /** Overridden by tests. */
  pause?: (ms: number) => Promise<void>;
}

const AT_ONCE = 6;
const TRIES = 4;
const FIRST_MS = 1500;
const LAST_MS = 30_000;
const AGAIN_MS = 3000;
const AWAY = new Set([0, 408, 425, 429, 502, 503, 504]);

export class Outbox {
  readonly tab = newId();
  private intents: Intent[] = [];
  private busy = new Set<Id>();
  private adopted = new Set<Id>();
  private versions = new Map<Id, number>();
  private tries = new Map<Id, number>();
  private promises = new Map<Id, (outcome: Outcome) => void>();
  private stored = new Map<Id, Promise<unknown>>();
  private troubles = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private agent: Id | null = null;
  private last = 0;

  constructor(private readonly desk: Desk) {}

  get all(): readonly Intent[] {
    return this.intents;
  }

  /** Whether the way to the server was last found closed. */
  get troubled(): boolean {
    return this.troubles > 0;
  }

  /** From now on this agent's intents are sent; null: nobody's. Takes up what closed pages left. */
  async begin(agent: Id | null): Promise<void> {
    this.agent = agent;
    this.intents = this.intents.filter((one) => one.agent === agent);
    await this.adopt();
    // A page that was closed a moment ago may still have looked open.
    setTimeout(() => void this.adopt(), AGAIN_MS);
  }

  add(given: Given): Promise<Outcome> {
    this.last = Math.max(this.last + 1, Date.now() * 1000);
    const intent: Intent = { id: newId(), ...given, order: this.last, tab: this.tab };
    this.intents = [...this.intents, intent];
    this.stored.set(intent.id, this.desk.shelf.put(intent).catch(() => undefined));
    this.desk.onChange();
    return new Promise((resolve) => {
      this.promises.set(intent.id, resolve);
      if (this.troubled) this.wait(intent);
      this.run();
    });
  }

  /** Takes back what has not been sent. Answers false when it is too late. */
  cancel(id: Id): Intent | null {
    const found = this.intents.find((one) => one.id === id);
    if (!found || this.busy.has(id)) return null;
    this.forget(found);
    return found;
  }

  /** Tries at once: the connection is back. */
  wake(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.run();
  }

  /** Takes up what closed pages left. */
  async adopt(): Promise<void> {
    if (!this.agent) return;
    const kept = await this.desk.shelf.all().catch(() => [] as Intent[]);
    const open = await this.desk.others();
    const orphans = kept.filter((one) => one.agent === this.agent && one.tab !== this.tab && !open?.has(one.tab)
      && !this.intents.some((own) => own.id === one.id));
    for (const one of orphans) {
      const mine = { ...one, tab: this.tab, ...(one.message ? { message: { ...one.message, meta: { ...one.message.meta, waiting: true } } } : {}) };
      this.adopted.add(one.id);
      this.intents.push(mine);
      void this.desk.shelf.put(mine);
    }
    this.intents = this.intents.toSorted((a, b) => a.order - b.order);
    if (orphans.length) this.desk.onChange();
    this.run();
  }

  /** The next that may go: one at a time for a conversation, one at a time at all after trouble. */
  private next(): Intent | undefined {
    if (this.busy.size >= (this.troubled || this.adopted.size ? 1 : AT_ONCE)) return undefined;
    const held = new Set<Id>(this.intents.filter((one) => this.busy.has(one.id)).map((one) => one.conversation));
    return this.intents.find((one) => !this.busy.has(one.id) && !held.has(one.conversation));
  }

  private run(): void {
    if (this.timer !== undefined || !this.agent) return;
    for (let intent = this.next(); intent; intent = this.next()) void this.carry(intent);
  }

  private async carry(intent: Intent): Promise<void> {
    this.busy.add(intent.id);
    try {
      if (this.adopted.has(intent.id) && intent.before && !intent.bound) await this.check(intent, intent.before);
      const answer = await this.desk.send(intent);
      if (answer && "version" in answer) this.versions.set(answer.id, answer.version);
      this.arrived(intent, answer);
    } catch (error) {
      this.failed(intent, error instanceof ApiError ? error : new ApiError({ status: 400, code: "internal" }));
    }
    this.run();
  }

  private arrived(intent: Intent, answer: Answer): void {
    this.troubles = 0;
    if (intent.after) this.follow(intent, intent.after);
    this.settle(intent, "done");
    this.desk.onDone(intent, answer);
  }

  /** What waited for it takes its place: kept before the other is forgotten, and never told twice. */
  private follow({ agent, conversation, order, id }: Intent, after: Bound): void {
    const next: Intent = { ...after, agent, conversation, order, tab: this.tab };
    const kept = Promise.resolve(this.stored.get(id)).then(() => this.desk.shelf.put(next)).catch(() => undefined);
    this.stored.set(id, kept);
    this.stored.set(next.id, kept);
    this.intents = this.intents.map((one) => (one.id === id ? next : one));
    this.busy.delete(id);
  }

  /** An act that waited through a reload does not undo what others did since. */
  private async check(intent: Intent, before: Conversation): Promise<void> {
    const now = await this.desk.look(intent.conversation);
    const known = Math.max(before.version, this.versions.get(now.id) ?? 0);
    if (now.version > known) throw new ApiError({ status: 409, code: "changed-meanwhile" });
  }

  private failed(intent: Intent, error: ApiError): void {
    this.busy.delete(intent.id);
    const tries = (this.tries.get(intent.id) ?? 0) + 1;
    this.tries.set(intent.id, tries);
    if (AWAY.has(error.status) || error.status === 401 || (error.status >= 500 && tries < TRIES)) {
      this.troubles += 1;
      for (const one of this.intents) this.wait(one);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.wake(), Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(this.troubles - 1, 6)));
      this.desk.onChange();
      return;
    }
    this.settle(intent, "refused");
    this.desk.onRefused(intent, error);
  }

  private wait(intent: Intent): void {
    this.desk.onWaiting(intent);
    this.promises.get(intent.id)?.("waiting");
    this.promises.delete(intent.id);
  }

  private settle(intent: Intent, outcome: Outcome): void {
    this.promises.get(intent.id)?.(outcome);
    this.forget(intent);
  }

  private forget(intent: Intent): void {
    this.intents = this.intents.filter((one) => one.id !== intent.id);
    for (const kept of [this.busy, this.adopted]) kept.delete(intent.id);
    this.promises.delete(intent.id);
    this.tries.delete(intent.id);
    void Promise.resolve(this.stored.get(intent.id)).then(() => this.desk.shelf.drop(intent.id)).catch(() => undefined);
    this.stored.delete(intent.id);
    if (this.intents.length === 0) this.troubles = 0;
    this.desk.onChange();
  }
}
