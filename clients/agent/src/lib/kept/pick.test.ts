import { describe, expect, it } from "vitest";
import { conversation } from "../../shared/reduce.test";
import { fromLists, isKept, MOST, surplus, trimmed } from "./pick";
import type { Kept } from "./shelf";

const kept = (key: readonly unknown[], data: unknown, at = 0): Kept => ({ agent: "ada", hash: JSON.stringify(key), key, data, at });
const pages = (...items: unknown[]) => ({ pages: [{ items, next_cursor: null }], pageParams: [null] });

describe("what is kept", () => {
  it("is what one works with, and no token of the session", () => {
    expect([isKept(["messages", "a"]), isKept(["tokens"]), isKept(["quarantine"])]).toEqual([true, false, false]);
    expect(trimmed(["me"], { agent: { id: "ada" }, csrf_token: "secret" })).toEqual({ agent: { id: "ada" } });
  });
  it("is the newest page of a thread", () => {
    const long = { pages: [{ items: [3, 2], next_cursor: "x" }, { items: [1], next_cursor: null }], pageParams: [null, "x"] };
    expect(trimmed(["messages", "a"], long)).toEqual({ pages: [{ items: [3, 2], next_cursor: "x" }], pageParams: [null] });
  });
  it("lets go of the oldest beyond its bound", () => {
    const many = Array.from({ length: MOST + 2 }, (_, at) => kept(["messages", String(at)], null, at));
    expect(surplus([...many, kept(["me"], {}, 0)], 0).map((one) => one.key[1])).toEqual(["1", "0"]);
  });
  it("lets go of what is a week old", () => {
    expect(surplus([kept(["messages", "a"], null, 1), kept(["tags"], [], 8 * 86_400_000)], 8 * 86_400_000).map((one) => one.key[0])).toEqual(["messages"]);
  });
  it("has a conversation for each row of a list, once", () => {
    const a = conversation("a", 1);
    const b = conversation("b", 1);
    const found = fromLists([kept(["conversations", { view: "open" }], pages(a, b)), kept(["conversations", { view: "mine" }], pages(b)), kept(["conversation", "a"], a)]);
    expect(found.map((one) => one.id)).toEqual(["b"]);
  });
});
