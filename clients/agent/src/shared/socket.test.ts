import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff, Live, type Frame } from "@shared/socket";

class FakeSocket extends EventTarget {
  static made: FakeSocket[] = [];
  readyState = 1;
  sent: string[] = [];
  constructor(readonly url: string) {
    super();
    FakeSocket.made.push(this);
  }
  send(text: string): void { this.sent.push(text); }
  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
  say(frame: Frame): void { this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) })); }
}

describe("the live connection", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.made = [];
  });
  afterEach(() => vi.useRealTimers());

  function start() {
    const frames: Frame[] = [];
    const alive: boolean[] = [];
    const live = new Live({ url: "http://desk.test/socket", onFrame: (one) => frames.push(one), onLive: (on) => alive.push(on),
      make: (url) => new FakeSocket(url) as unknown as WebSocket, random: () => 0.5 });
    live.start();
    return { live, frames, alive };
  }

  it("resumes after a cut where it stopped, without a gap or a repeat", () => {
    const { frames, alive } = start();
    for (let round = 0; round < 100; round += 1) {
      const socket = FakeSocket.made.at(-1)!;
      if (round) expect(socket.url).toContain(`after=c${round - 1}`);
      socket.say({ type: "hello" });
      socket.say({ type: "message.received", cursor: `c${round}`, data: {} });
      socket.close();
      vi.advanceTimersByTime(31_000);
    }
    expect(frames.filter((one) => one.cursor).map((one) => one.cursor)).toEqual(Array.from({ length: 100 }, (_, at) => `c${at}`));
    expect(alive.slice(0, 2)).toEqual([true, false]);
  });

  it("waits longer each time, spread out, and never more than half a minute", () => {
    expect([0, 1, 2, 20].map((tries) => backoff(tries, () => 1))).toEqual([500, 1000, 2000, 30_000]);
    expect(backoff(3, () => 0)).toBe(2000);
  });

  it("drops what nobody would hear later", () => {
    const { live } = start();
    FakeSocket.made[0]!.readyState = 0;
    expect(live.send({ type: "typing" })).toBe(false);
  });

  it("gives up a socket that never says hello, and keeps one that does", () => {
    start();
    vi.advanceTimersByTime(30_000);
    expect([FakeSocket.made.length, FakeSocket.made[0]!.readyState]).toEqual([2, 3]);
    FakeSocket.made[1]!.say({ type: "hello" });
    vi.advanceTimersByTime(30_000);
    expect([FakeSocket.made.length, FakeSocket.made[1]!.sent]).toEqual([2, ['{"type":"ping"}']]);
  });

  it("stays closed once stopped", () => {
    const { live } = start();
    live.stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(1);
  });
});
