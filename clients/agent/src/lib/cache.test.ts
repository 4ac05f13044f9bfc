/** What the lists know of a conversation, before its own answer is here. */
import type { Conversation } from "@shared/types";
import { afterEach, expect, test } from "vitest";
import { cache, listed } from "./cache";

const one = (id: string) => ({ id, subject: `about ${id}` }) as Conversation;
const page = (...items: Conversation[]) => ({ items, next_cursor: null });

afterEach(() => cache.clear());

test("a conversation is found on any page of any list", () => {
  cache.setQueryData(["conversations", { view: "mine" }], { pages: [page(one("a"))], pageParams: [null] });
  cache.setQueryData(["conversations", { view: "open" }], { pages: [page(one("b")), page(one("c"))], pageParams: [null, "next"] });
  expect(listed("c")?.subject).toBe("about c");
});

test("nobody knows what is in no list, nor in one that was not answered", () => {
  cache.getQueryCache().build(cache, { queryKey: ["conversations", { view: "open" }] });
  expect(listed("a")).toBeUndefined();
});
