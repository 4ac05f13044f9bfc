import { describe, expect, it } from "vitest";
import { bars, clock } from "../src/sounds";
import { why } from "../src/voice";

describe("the shape of a sound", () => {
  it("is the loudest of each stretch, and the loudest of all is whole", () => {
    expect(bars([0, 0.1, -0.5, 0.2, 0, 0.25], 3)).toEqual([0.2, 1, 0.5]);
  });

  it("is flat for silence, and has its bars whatever the length", () => {
    expect(bars([0, 0, 0], 2)).toEqual([0, 0]);
    expect(bars([], 2)).toEqual([0, 0]);
    expect(bars([1], 3)).toHaveLength(3);
  });
});

it("writes minutes and seconds", () => {
  expect([0, 9.9, 61, 600].map(clock)).toEqual(["0:00", "0:09", "1:01", "10:00"]);
});

it("says why there is no recording", () => {
  expect(why(new DOMException("", "NotAllowedError"))).toBe("voice_refused");
  expect(why(new DOMException("", "NotFoundError"))).toBe("voice_missing");
  expect(why(new TypeError("x"))).toBe("voice_none");
  expect(why(undefined)).toBe("voice_none");
});
