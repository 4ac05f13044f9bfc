/** One event stream for all pages of a browser: pages join, the hub holds the socket, each frame goes to all. Knows no page. */
import { Live, type Frame, type LiveOptions } from "@shared/socket";
import type { Id } from "@shared/types";

export type ToHub =
  | { type: "join"; agent: Id } | { type: "leave" } | { type: "nudge" }
  /** This page signed out: the others learn it. */
  | { type: "out" }
  | { type: "say"; frame: { type: "viewing" | "typing" | "left"; conversation_id: Id } };
export type FromHub =
  | { type: "frame"; frame: Frame } | { type: "live"; on: boolean }
  /** No session any more, or another agent's. */
  | { type: "gone"; why: "signed-out" | "switched" };

export interface Port { post: (message: FromHub) => void }
type Line = Pick<Live, "start" | "stop" | "send" | "nudge" | "cursor">;

const ADDRESS = "/api/v1/socket";

export class Hub {
  /** By page: which conversation it shows. */
  private ports = new Map<Port, Id | null>();
  private line: Line | null = null;
  private agent: Id = "";
  private on: boolean | null = null;
  /** The page that looked last: a browser is one place, and colleagues see one mark of it. */
  private looker: Port | null = null;

  constructor(private readonly make: (options: LiveOptions) => Line = (options) => new Live(options)) {}

  hear(port: Port, message: ToHub): void {
    switch (message.type) {
      case "join": return this.join(port, message.agent);
      case "leave": return this.leave(port);
      case "nudge": return this.line?.nudge();
      case "out": {
        this.ports.delete(port);
        return this.end("signed-out");
      }
      case "say": return this.say(port, message.frame);
    }
  }

  private join(port: Port, agent: Id): void {
    if (this.line && this.agent !== agent) this.end("switched");
    this.ports.set(port, null);
    if (this.line) {
      // It takes its snapshots after this, so that it misses nothing of what follows.
      if (this.on) port.post({ type: "frame", frame: { type: "hello", cursor: this.line.cursor } });
      if (this.on !== null) port.post({ type: "live", on: this.on });
      return;
    }
    this.agent = agent;
    this.line = this.make({
      url: ADDRESS, onFrame: (frame) => this.tell({ type: "frame", frame }),
      onLive: (on) => {
        this.on = on;
        this.tell({ type: "live", on });
        const shown = this.looker && this.ports.get(this.looker);
        if (on && shown) this.line?.send({ type: "viewing", conversation_id: shown });
      },
      onRefused: () => this.end("signed-out"),
    });
    this.line.start();
  }

  private leave(port: Port): void {
    const shown = this.ports.get(port);
    this.ports.delete(port);
    if (this.looker === port) {
      this.looker = null;
      if (shown) this.line?.send({ type: "left", conversation_id: shown });
    }
    if (this.ports.size === 0) this.stop();
  }

  private say(port: Port, frame: Extract<ToHub, { type: "say" }>["frame"]): void {
    if (!this.ports.has(port)) return;
    const before = this.ports.get(port);
    this.ports.set(port, frame.type === "left" ? null : frame.conversation_id);
    if (frame.type === "left") {
      if (this.looker !== port) return;
      const other = [...this.ports].find(([, shown]) => shown);
      this.looker = other?.[0] ?? null;
      this.line?.send(frame);
      if (other?.[1]) this.line?.send({ type: "viewing", conversation_id: other[1] });
      return;
    }
    // A page that only says again what it shows does not take the mark from the one that is worked in.
    if (frame.type === "viewing" && before === frame.conversation_id && this.looker && this.looker !== port) return;
    this.looker = port;
    this.line?.send(frame);
  }

  private end(why: "signed-out" | "switched"): void {
    this.stop();
    const told = [...this.ports.keys()];
    this.ports.clear();
    for (const port of told) port.post({ type: "gone", why });
  }

  private stop(): void {
    this.line?.stop();
    this.line = null;
    this.looker = null;
    this.on = null;
  }

  private tell(message: FromHub): void {
    for (const port of this.ports.keys()) port.post(message);
  }
}
