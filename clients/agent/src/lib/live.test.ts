import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cache } from "./cache";
import { connect, disconnect, flowing } from "./live";
import type { FromHub } from "./stream/hub";

const heard = vi.hoisted((): { by?: (message: FromHub) => void } => ({}));
vi.mock("./stream/line", () => ({
  openLine: (hear: (message: FromHub) => void) => {
    heard.by = hear;
    return { send: () => undefined };
  },
}));

const hello = (): void => heard.by?.({ type: "frame", frame: { type: "hello", cursor: "1" } });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  disconnect();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("what was fetched before the stream ran is fetched again when it runs, once", async () => {
  const renewed = vi.spyOn(cache, "invalidateQueries").mockResolvedValue();
  connect("ada");
  await vi.advanceTimersByTimeAsync(700);
  await flowing();
  expect(renewed).not.toHaveBeenCalled();
  hello();
  hello();
  expect(renewed).toHaveBeenCalledTimes(1);
});

test("what was fetched on a stream that ran in time is not fetched again", async () => {
  const renewed = vi.spyOn(cache, "invalidateQueries").mockResolvedValue();
  connect("ada");
  hello();
  await flowing();
  await vi.advanceTimersByTimeAsync(700);
  hello();
  expect(renewed).not.toHaveBeenCalled();
});
