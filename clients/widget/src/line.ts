/**
 * One live connection that never gives up: a socket that resumes by cursor; while it is down, polling. Waits grow
 * with each failure and are spread by chance, so that a thousand visitors do not come back in the same instant.
 */

import type { Frame } from "./protocol";

export type Wire = Pick<WebSocket, "close" | "send"> & {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  readyState: number;
};

export type LineDeps = {
  readonly open: (cursor: string) => Wire;
  /** Polls once; resolves to false when the server could not be asked. */
  readonly poll: () => Promise<boolean>;
  readonly cursor: () => string;
  readonly heard: (frame: Frame) => void;
  readonly state: (up: boolean) => void;
  /** The server no longer knows this visitor. */
  readonly refused: () => void;
  readonly random?: () => number;
  readonly isHidden?: () => boolean;
};

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const POLL_MS = 3_000;
const POLL_HIDDEN_MS = 15_000;
const PING_MS = 25_000;
const SILENCE_MS = 60_000;
const FAILURES_BEFORE_POLLING = 2;
const OPEN = 1;
const REFUSED = 4401;

/** How long to wait before try number `failures` (from 1): half to all of a doubling time. */
export function backOff(failures: number, random: () => number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + random() / 2);
}

export class Line {
  #wire: Wire | undefined;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #polling: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #ended = false;

  constructor(private readonly deps: LineDeps) {}

  /** Connects now, whatever the back-off says: the network is back, or the visitor is. */
  connect(): void {
    if (this.#ended || (this.#wire && this.#wire.readyState <= OPEN)) return;
    clearTimeout(this.#retry);
    let wire: Wire;
    try {
      wire = this.deps.open(this.deps.cursor());
    } catch {
      this.#lost();
      return;
    }
    this.#wire = wire;
    this.#heardAt = Date.now();
    wire.onopen = () => {
      this.#stopPolling();
      this.deps.state(true);
    };
    wire.onmessage = (event) => this.#hear(event.data);
    wire.onclose = (event) => {
      if (this.#wire !== wire) return;
      if (event.code === REFUSED) this.deps.refused();
      this.#lost();
    };
    clearInterval(this.#ping);
    this.#ping = setInterval(() => this.#beat(), PING_MS);
  }

  /** Tells the server something that need not be kept; false when the socket is down. */
  say(frame: object): boolean {
    if (this.#wire?.readyState !== OPEN) return false;
    this.#wire.send(JSON.stringify(frame));
    return true;
  }

  /** The browser says the network is gone: do not wait for the socket to notice. */
  drop(): void {
    const wire = this.#wire;
    if (!wire) return;
    wire.onclose = null;
    wire.close();
    this.#lost();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#retry);
    clearInterval(this.#ping);
    this.#stopPolling();
    const wire = this.#wire;
    this.#wire = undefined;
    if (wire) {
      wire.onclose = null;
      wire.close();
    }
  }

  #hear(data: string): void {
    this.#heardAt = Date.now();
    this.#failures = 0;
    let frame: Frame;
    try {
      frame = JSON.parse(data) as Frame;
    } catch {
      return;
    }
    this.deps.heard(frame);
  }

  #beat(): void {
    if (Date.now() - this.#heardAt > SILENCE_MS) this.drop();
    else this.say({ type: "ping" });
  }

  #lost(): void {
    this.#wire = undefined;
    clearInterval(this.#ping);
    if (this.#ended) return;
    this.#failures += 1;
    if (this.#failures === 1) this.deps.state(false);
    if (this.#failures >= FAILURES_BEFORE_POLLING) this.#startPolling();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.connect(), backOff(this.#failures, this.deps.random ?? Math.random));
  }

  #startPolling(): void {
    if (this.#polling !== undefined) return;
    const next = () => {
      this.#polling = setTimeout(
        () => {
          void this.deps.poll().then((reached) => {
            if (this.#polling === undefined) return;
            this.deps.state(reached);
            next();
          });
        },
        this.deps.isHidden?.() ? POLL_HIDDEN_MS : POLL_MS,
      );
    };
    next();
  }

  #stopPolling(): void {
    clearTimeout(this.#polling);
    this.#polling = undefined;
  }
}
