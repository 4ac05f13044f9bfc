import type { LiveOptions } from "@shared/socket";
import { beforeEach, describe, expect, it } from "vitest";
import { Hub, type FromHub } from "./hub";

class FakeLine {
  static made: FakeLine[] = [];
  cursor = "c0";
  said: object[] = [];
  running = false;
  nudged = 0;
  constructor(readonly options: LiveOptions) {
    FakeLine.made.push(this);
  }
  start(): void { this.running = true; }
  stop(): void { this.running = false; }
  send(frame: object): boolean { return this.said.push(frame) > 0; }
  nudge(): void { this.nudged += 1; }
}

function page() {
  const heard: FromHub[] = [];
  return { heard, post: (message: FromHub) => void heard.push(message), of: (type: string) => heard.filter((one) => one.type === type) };
}

describe("the stream that pages share", () => {
  beforeEach(() => (FakeLine.made = []));
  const start = () => {
    const hub = new Hub((options) => new FakeLine(options));
    const [one, two] = [page(), page()];
    hub.hear(one, { type: "join", agent: "ada" });
    FakeLine.made[0]!.options.onLive?.(true);
    hub.hear(two, { type: "join", agent: "ada" });
    return { hub, one, two, line: FakeLine.made[0]! };
  };

  it("is one socket for all pages, and a later page begins where it is", () => {
    const { one, two, line } = start();
    line.options.onFrame({ type: "message.received" });
    expect(FakeLine.made).toHaveLength(1);
    expect(two.heard[0]).toEqual({ type: "frame", frame: { type: "hello", cursor: "c0" } });
    for (const each of [one, two]) expect(each.of("frame").at(-1)).toEqual({ type: "frame", frame: { type: "message.received" } });
  });

  it("ends with the last page and begins anew with the next", () => {
    const { hub, one, two, line } = start();
    hub.hear(one, { type: "leave" });
    expect(line.running).toBe(true);
    hub.hear(two, { type: "leave" });
    expect(line.running).toBe(false);
    hub.hear(one, { type: "join", agent: "ada" });
    expect(FakeLine.made).toHaveLength(2);
  });

  it("tells the other pages when one signs out, and all when the server does not know the session", () => {
    const { hub, one, two, line } = start();
    hub.hear(one, { type: "out" });
    expect([one.of("gone"), two.of("gone"), line.running]).toEqual([[], [{ type: "gone", why: "signed-out" }], false]);
    hub.hear(two, { type: "join", agent: "ada" });
    FakeLine.made[1]!.options.onRefused?.(4401);
    expect([two.of("gone").length, FakeLine.made[1]!.running]).toEqual([2, false]);
  });

  it("sends pages of an earlier session home when another agent signs in", () => {
    const { hub, one, two, line } = start();
    hub.hear(two, { type: "join", agent: "ben" });
    expect(one.of("gone")).toEqual([{ type: "gone", why: "switched" }]);
    expect([line.running, FakeLine.made[1]!.running]).toEqual([false, true]);
    FakeLine.made[1]!.options.onFrame({ type: "counts" });
    expect(one.of("frame").some((each) => each.type === "frame" && each.frame.type === "counts")).toBe(false);
  });

  it("marks what the page shows that is worked in", () => {
    const { hub, one, two, line } = start();
    const look = (port: ReturnType<typeof page>, id: string) => hub.hear(port, { type: "say", frame: { type: "viewing", conversation_id: id } });
    look(one, "a");
    look(two, "b");
    look(one, "a");
    expect(line.said.at(-1)).toEqual({ type: "viewing", conversation_id: "b" });
    hub.hear(two, { type: "say", frame: { type: "left", conversation_id: "b" } });
    expect(line.said.slice(-2)).toEqual([{ type: "left", conversation_id: "b" }, { type: "viewing", conversation_id: "a" }]);
    line.options.onLive?.(true);
    expect(line.said.at(-1)).toEqual({ type: "viewing", conversation_id: "a" });
  });
});
