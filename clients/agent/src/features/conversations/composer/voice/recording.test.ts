import { describe, expect, it } from "vitest";
import { fileOf, kindOf, longest, troubleOf } from "./recording";

describe("a recording", () => {
  it("is made in the best form the browser knows", () => {
    expect(kindOf(() => true)).toBe("audio/ogg;codecs=opus");
    expect(kindOf((kind) => kind.startsWith("audio/webm"))).toBe("audio/webm;codecs=opus");
    expect(kindOf(() => false)).toBeNull();
  });

  it("is a sound file where it cannot be a voice note", () => {
    const at = new Date("2026-11-22T10:11:12Z");
    const bytes = Uint8Array.of(1, 2, 3);
    expect(fileOf(bytes, "audio/ogg;codecs=opus", at)).toMatchObject({ is_voice: true, file: { name: "voice-20261122101112.ogg", type: "audio/ogg" } });
    expect(fileOf(bytes, "audio/mp4", at)).toMatchObject({ is_voice: false, file: { name: "voice-20261122101112.m4a", type: "audio/mp4" } });
    expect(fileOf(bytes, "audio/webm;codecs=opus", at)).toMatchObject({ is_voice: false, file: { type: "audio/webm" } });
  });

  it("is as long as the channel's files may be large", () => {
    expect([longest(100), longest(400_000), longest(1e9)]).toEqual([1, 100, 300]);
  });

  it("says what kept it from beginning", () => {
    const of = (name: string) => troubleOf(new DOMException("", name));
    expect([of("NotAllowedError"), of("NotFoundError"), of("AbortError"), troubleOf(new Error("x"))]).toEqual(["denied", "missing", "failed", "failed"]);
  });
});
