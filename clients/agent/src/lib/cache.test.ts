/** What the cache knows before an answer is here, and what an answer that comes late may not undo. */
import type { Conversation, LogEvent, Message } from "@shared/types";
import { afterEach, expect, test } from "vitest";
import { applyEvent, cache, caughtUp, listed, listening, placedSince, showWritten, type Pages } from "./cache";

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

const said = (id: string, seq: number, state = "queued") =>
  ({ id, seq, state, conversation_id: "a", client_id: `c-${id}`, kind: "outgoing", author: { kind: "agent", id: "me", name: "Me" }, error: null, parts: [], attachments: [] }) as unknown as Message;
const event = (type: string, data: object) => ({ id: "e", type, data }) as unknown as LogEvent;
const thread = () => cache.getQueryData<Pages<Message>>(["messages", "a"])!.pages[0]!.items;

test("the answer to a reply does not set back what the events told before it", () => {
  cache.setQueryData(["messages", "a"], { pages: [{ items: [], next_cursor: null }], pageParams: [null] });
  applyEvent(event("message.queued", { message: said("m", 1) }));
  applyEvent(event("message.state", { conversation_id: "a", message_id: "m", state: "uncertain" }));
  showWritten(said("m", 1));
  expect(thread().map((each) => each.state)).toEqual(["uncertain"]);
});

test("the answer to a reply comes first, too", () => {
  cache.setQueryData(["messages", "a"], { pages: [{ items: [], next_cursor: null }], pageParams: [null] });
  showWritten(said("m", 1));
  expect(thread().map((each) => [each.id, each.state])).toEqual([["m", "queued"]]);
});

test("what was told while a thread was fetched is in it", () => {
  const since = listening();
  applyEvent(event("message.received", { message: said("late", 2, "received") }));
  expect(caughtUp("a", [said("m", 1)], since()).map((each) => each.id)).toEqual(["late", "m"]);
  expect(listening()()).toEqual([]);
});

test("what was told while a list was fetched is in its place", () => {
  const since = listening();
  const late = { ...one("b"), version: 2, status: "open", assignee_id: null, activity_at: "2026-01-02T00:00:00Z", inbox_id: "i", contact: { id: "p" }, priority: "none" } as unknown as Conversation;
  applyEvent(event("conversation.changed", { conversation: late }));
  const found = placedSince([], since(), { view: "open" } as never, "me", false);
  expect(found.map((each) => each.id)).toEqual(["b"]);
});
