/** One live connection that resumes where it stopped: cursor, jittered back-off, heartbeat. */

export type Frame = { type: string; cursor?: string; data?: unknown; [other: string]: unknown };

export interface LiveOptions {
  /** Address without the cursor; http(s) or ws(s). */
  url: string;
  cursor?: string;
  onFrame: (frame: Frame) => void;
  /** Called with true when frames flow, false when they stopped. */
  onLive?: (live: boolean) => void;
  /** Called when the server does not let us in (any more); it is not tried again. */
  onRefused?: (code: number) => void;
  /** For tests. */
  make?: (url: string) => WebSocket;
  random?: () => number;
}

const FIRST_MS = 500;
const LAST_MS = 30_000;
const BEAT_MS = 25_000;
/** No session, or none that may listen. */
const REFUSED: readonly number[] = [4401, 4403];

/** How long to wait before try number `tries`: grows, and is spread so that clients do not come back as one. */
export function backoff(tries: number, random: () => number = Math.random): number {
  const top = Math.min(LAST_MS, FIRST_MS * 2 ** tries);
  return top / 2 + (random() * top) / 2;
}

export class Live {
  cursor: string;
  private socket: WebSocket | null = null;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private heard = 0;
  private stopped = false;

  constructor(private readonly options: LiveOptions) {
    this.cursor = options.cursor ?? "";
  }

  start(): void {
    this.stopped = false;
    this.open();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.beat);
    this.socket?.close();
    this.socket = null;
  }

  /** Sends when connected; what cannot be sent now is worthless later (presence), so it is dropped. */
  send(frame: object): boolean {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Tries at once, for example when the device is back online. */
  nudge(): void {
    if (this.stopped || this.socket?.readyState === 1) return;
    clearTimeout(this.timer);
    this.tries = 0;
    this.open();
  }

  private open(): void {
    const url = new URL(this.options.url, globalThis.location?.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.cursor) url.searchParams.set("after", this.cursor);
    const socket = (this.options.make ?? ((address) => new WebSocket(address)))(url.href);
    this.socket?.close();
    this.socket = socket;
    // Nothing heard at all counts as long ago: a socket that never says hello is given up at the first beat.
    this.heard = 0;
    clearInterval(this.beat);
    this.beat = setInterval(() => this.check(), BEAT_MS);
    socket.addEventListener("message", (message) => this.read(socket, String(message.data)));
    socket.addEventListener("close", (event) => this.closed(socket, (event as CloseEvent).code));
  }

  private read(socket: WebSocket, text: string): void {
    if (socket !== this.socket) return;
    this.heard = Date.now();
    const frame = JSON.parse(text) as Frame;
    if (frame.type === "hello") {
      this.tries = 0;
      this.options.onLive?.(true);
    }
    this.options.onFrame(frame);
    if (frame.cursor) this.cursor = frame.cursor;
  }

  private check(): void {
    if (Date.now() - this.heard > 2.5 * BEAT_MS) this.socket?.close();
    else this.send({ type: "ping" });
  }

  private closed(socket: WebSocket, code: number | undefined): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearInterval(this.beat);
    this.options.onLive?.(false);
    if (this.stopped) return;
    if (this.options.onRefused && code !== undefined && REFUSED.includes(code)) {
      this.stopped = true;
      this.options.onRefused(code);
      return;
    }
    this.timer = setTimeout(() => this.open(), backoff(this.tries, this.options.random));
    this.tries += 1;
  }
}
