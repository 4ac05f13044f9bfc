import type { Message } from "@shared/types";
import { describe, expect, it } from "vitest";
import type { Channel } from "@lib/model";
import { isLive, until, whyNot } from "./may";

const AT = "2026-11-22T12:00:00Z";
const NOW = Date.parse(AT) + 60_000;
const message = (more: Partial<Message> = {}): Message =>
  ({ id: "m", kind: "outgoing", state: "sent", text: "hi", at: AT, deleted_at: null, parts: [], ...more }) as Message;
const channel = (features: string[], edit_s = 0): Channel => ({ features, limits: { edit_s, delete_s: 0 } }) as unknown as Channel;
const all = channel(["reactions", "edit", "delete"]);

describe("what may be done to a message", () => {
  it("is what its channel can", () => {
    expect(whyNot("react", message({ kind: "incoming", state: "received" }), all, NOW)).toBeNull();
    expect(whyNot("edit", message(), channel(["reactions"]), NOW)).toBe("unsupported");
    expect(whyNot("delete", message(), undefined, NOW)).toBe("unsupported");
  });

  it("is to our own that has left, in time, in one part", () => {
    expect(whyNot("edit", message(), all, NOW)).toBeNull();
    expect(whyNot("edit", message({ kind: "incoming" }), all, NOW)).toBe("not-ours");
    expect(whyNot("delete", message({ state: "queued" }), all, NOW)).toBe("not-sent");
    expect(whyNot("react", message({ state: "failed" }), all, NOW)).toBe("not-sent");
    expect(whyNot("edit", message(), channel(["edit"], 59), NOW)).toBe("too-late-to-change");
    expect(whyNot("edit", message(), channel(["edit"], 61), NOW)).toBeNull();
    expect(whyNot("edit", message({ parts: [{}, {}] as Message["parts"] }), all, NOW)).toBe("parts");
    expect(whyNot("edit", message({ text: "" }), all, NOW)).toBe("unsupported");
  });

  it("ends when the channel says", () => {
    expect(until("edit", message(), channel(["edit"], 60))).toBe(NOW);
    expect(until("delete", message(), all)).toBeNull();
  });

  it("is nothing where nothing is left, or nobody outside knows it", () => {
    expect([message(), message({ deleted_at: AT }), message({ kind: "note" }), message({ id: "local-1" })].map(isLive)).toEqual([true, false, false, false]);
  });
});
