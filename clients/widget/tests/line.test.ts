import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backOff, Line, type LineDeps, type Wire } from "../src/line";
import type { Frame } from "../src/protocol";

class FakeWire implements Wire {
  onopen: Wire["onopen"] = null;
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  readyState = 0;
  readonly sent: string[] = [];
  constructor(readonly cursor: string) {}
  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.fall(1000);
  }
  up(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  fall(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

let wires: FakeWire[] = [];
let heard: Frame[] = [];
let states: boolean[] = [];
let cursor = "0";
let polls = 0;
let refused = 0;

function line(change: Partial<LineDeps> = {}): Line {
  return new Line({
    open: (at) => {
      const made = new FakeWire(at);
      wires.push(made);
      return made;
    },
    poll: async () => {
      polls += 1;
      return true;
    },
    cursor: () => cursor,
    heard: (frame) => heard.push(frame),
    state: (isUp) => states.push(isUp),
    refused: () => {
      refused += 1;
    },
    random: () => 1,
    ...change,
  });
}

const last = () => wires.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  [wires, heard, states, cursor, polls, refused] = [[], [], [], "0", 0, 0];
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the line", () => {
  it("resumes at the cursor the last frame left", async () => {
    const made = line();
    made.connect();
    last().up();
    last().onmessage?.({ data: '{"type":"messages","messages":[],"conversations":[],"cursor":"7"}' });
    cursor = "7";
    last().fall();
    await vi.advanceTimersByTimeAsync(600);
    expect(wires.map((each) => each.cursor)).toEqual(["0", "7"]);
    made.end();
  });

  it("waits longer after each failure, never more than half a minute, never all at once", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 20].map((count) => backOff(count, () => 1));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(backOff(3, () => 0)).toBe(1000);
  });

  it("begins small again once it has heard something", async () => {
    const made = line();
    made.connect();
    for (let cut = 0; cut < 4; cut += 1) {
      last().fall();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    const before = wires.length;
    last().up();
    last().onmessage?.({ data: '{"type":"pong"}' });
    last().fall();
    await vi.advanceTimersByTimeAsync(550);
    expect(wires.length).toBe(before + 1);
    made.end();
  });

  it("polls while the socket stays down and stops when it is back", async () => {
    const made = line();
    made.connect();
    last().fall();
    await vi.advanceTimersByTimeAsync(500);
    last().fall();
    await vi.advanceTimersByTimeAsync(900);
    expect(polls).toBe(0);
    last().fall();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(polls).toBe(1);
    last().up();
    const stopped = polls;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(polls).toBe(stopped);
    expect(states.at(-1)).toBe(true);
    made.end();
  });

  it("asks for a new session when the server does not know the visitor", () => {
    const made = line();
    made.connect();
    last().fall(4401);
    expect(refused).toBe(1);
    made.end();
  });

  it("does not wait for a dead socket to notice", async () => {
    const made = line();
    made.connect();
    last().up();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(wires.length).toBeGreaterThan(1);
    made.end();
  });

  it("keeps one socket, passes over rubbish, and is silent after its end", async () => {
    const made = line();
    made.connect();
    made.connect();
    expect(wires.length).toBe(1);
    expect(made.say({ type: "typing" })).toBe(false);
    last().up();
    expect(made.say({ type: "typing" })).toBe(true);
    last().onmessage?.({ data: "{" });
    expect(heard).toEqual([]);
    made.end();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(wires.length).toBe(1);
  });

  it("loses nothing and repeats nothing over a hundred cuts", async () => {
    // The server: a log of numbers; a socket gives what comes after its cursor, in pieces that a cut may end.
    const log = Array.from({ length: 500 }, (_, place) => place + 1);
    let seed = 7;
    const chance = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const got: number[] = [];
    const made = line({
      heard: (frame) => {
        if (frame.type !== "messages") return;
        for (const each of frame.messages) got.push(Number(each.id));
        cursor = frame.cursor;
      },
    });
    made.connect();
    for (let cut = 0; cut < 100 && Number(cursor) < log.length; cut += 1) {
      const wire = last();
      wire.up();
      for (let piece = 0; piece < 3; piece += 1) {
        const from = Number(cursor);
        const messages = log.slice(from, from + 1 + Math.floor(chance() * 4)).map((each) => ({ id: String(each) }));
        const next = String(from + messages.length);
        const lost = chance() < 0.3;
        if (!lost) wire.onmessage?.({ data: JSON.stringify({ type: "messages", messages, conversations: [], cursor: next }) });
        else break;
      }
      wire.fall();
      await vi.advanceTimersByTimeAsync(31_000);
    }
    expect(got).toEqual(log.slice(0, got.length));
    expect(got.length).toBeGreaterThan(200);
    made.end();
  });
});
