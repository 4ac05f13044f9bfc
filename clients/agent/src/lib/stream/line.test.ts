import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FromHub, ToHub } from "./hub";
import { openLine } from "./line";

const hub = vi.hoisted(() => ({ heard: [] as ToHub[] }));
vi.mock("./hub", () => ({ Hub: class { hear(_port: unknown, message: ToHub): void { hub.heard.push(message); } } }));

class FakeWorker extends EventTarget {
  static made: FakeWorker;
  asked: ToHub[] = [];
  closed = false;
  port = Object.assign(new EventTarget(), {
    start: () => undefined, close: () => (this.closed = true), postMessage: (message: ToHub) => void this.asked.push(message),
  });
  constructor() {
    super();
    FakeWorker.made = this;
  }
  say(data: object): void { this.port.dispatchEvent(new MessageEvent("message", { data })); }
}

describe("a page's line to the stream", () => {
  const join: ToHub = { type: "join", agent: "ada" };
  let heard: FromHub[];
  const open = () => {
    const line = openLine((message) => heard.push(message));
    line.send(join);
    return { line, worker: FakeWorker.made };
  };
  beforeEach(() => {
    heard = [];
    hub.heard = [];
    vi.useFakeTimers();
    vi.stubGlobal("SharedWorker", FakeWorker);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("stays with a worker that says it is there", () => {
    const { worker } = open();
    worker.say({ type: "here" });
    vi.advanceTimersByTime(60_000);
    worker.say({ type: "live", on: true });
    expect([heard, hub.heard, worker.asked]).toEqual([[{ type: "live", on: true }], [], [join]]);
  });

  it("goes on by itself, where it was, when no worker answers", () => {
    const { line, worker } = open();
    vi.advanceTimersByTime(60_000);
    line.send({ type: "nudge" });
    expect([worker.asked, worker.closed]).toEqual([[join, { type: "leave" }], true]);
    expect(hub.heard).toEqual([join, { type: "nudge" }]);
  });

  it("goes on by itself at once when the worker cannot be loaded, and only once", () => {
    const { worker } = open();
    worker.dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(60_000);
    expect(hub.heard).toEqual([join]);
  });

  it("does not join again for a page that has left", () => {
    const { line } = open();
    line.send({ type: "leave" });
    vi.advanceTimersByTime(60_000);
    expect(hub.heard).toEqual([]);
  });
});
