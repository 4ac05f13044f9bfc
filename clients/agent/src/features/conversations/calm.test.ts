import { describe, expect, it } from "vitest";
import type { Conversation } from "@shared/types";
import { calmed } from "./calm";

const row = (id: string): Conversation => ({ id }) as Conversation;
const rows = (ids: string) => [...ids].map(row);
const known = new Map(rows("abcdxy").map((one) => [one.id, one]));
const shown = (items: string, before: string, touched = "") => {
  const view = calmed(rows(items), [...before], known, new Set(touched));
  return [view.shown.map((one) => one.id).join(""), view.fresh];
};

describe("a calm list", () => {
  it("keeps every row under the pointer and counts the new", () => {
    expect(shown("xcab", "abc")).toEqual(["abc", 1]);
  });
  it("keeps a row that others took away, lets go of one the agent dealt with", () => {
    expect(shown("ac", "abc")).toEqual(["abc", 0]);
    expect(shown("ac", "abc", "b")).toEqual(["ac", 0]);
  });
  it("adds older pages below", () => {
    expect(shown("abcd", "abc")).toEqual(["abcd", 0]);
  });
});
