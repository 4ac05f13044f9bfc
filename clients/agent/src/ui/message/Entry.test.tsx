/** Whose name stands above a message. */
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import type { Message } from "@shared/types";
import { cache } from "@lib/cache";
import { speak } from "@lib/i18n";
import { Entry } from "./Entry";

await speak("en");
cache.setQueryData(["me"], { agent: { id: "a1", name: "Ada", preferences: {} }, permissions: [] });
cache.setQueryData(["channels"], []);
afterEach(cleanup);

const said = (id: string, name: string): Message => ({
  id: "m1", conversation_id: "c1", seq: 1, kind: "incoming", channel: "phone", inbox_id: "i1", author: { kind: "contact", id, name },
  subject: "", text: "Hello", html: null, quoted: null, reply_to: null, attachments: [], meta: {}, state: "received", error: null, client_id: null,
  at: "2026-11-01T10:00:00Z", created_at: "2026-11-01T10:00:00Z", undo_until: null,
});

it.each([
  ["what came before the name was known", said("p1", "55500000000002"), "Ana", "Ana"],
  ["somebody else in the thread", said("p2", "Bruno"), "Ana", "Bruno"],
  ["who is known by a number only", said("p1", "+12025550111"), "", "+12025550111"],
  ["who has no name", said("p1", ""), "", "Visitor"],
])("names %s", (_, message, contact, name) => {
  const { container } = render(<QueryClientProvider client={cache}><Entry message={message} contact={contact} person="p1" /></QueryClientProvider>);
  expect(container.querySelector("header b")?.textContent).toBe(name);
});

const marked = (meta: Record<string, unknown>, more: Partial<Message> = {}): Message => ({ ...said("p1", "Ana"), meta, ...more });

it.each([
  ["an advertisement", marked({ referral: { source: "ad", id: "9", title: "Boots", text: "Half price", url: "https://shop.test/a" } }), "Came by the advertisement “Boots” · Half price Open it"],
  ["a link with a word", marked({ referral: { source: "link", token: "summer" } }), "Came by the link “summer”"],
  ["an advertisement that does not say which", marked({ referral: { source: "ad", click: "c1" } }), "Came by an advertisement"],
  ["what was passed on", marked({ forwarded: "once" }), "forwarded"],
  ["what was passed on often", marked({ forwarded: "often" }), "forwarded many times"],
  ["a product", marked({ product: { catalog_id: "1", product_retailer_id: "SKU-7" } }), "About the product SKU-7"],
  ["that others are in charge", marked({ standby: true }), "Another tool is in charge of this conversation and may answer too."],
  ["the telephone", marked({ elsewhere: true, written_with: "phone" }, { kind: "outgoing" }), "written on the telephone"],
  ["another tool", marked({ elsewhere: true, written_with: "151777" }, { kind: "outgoing" }), "written with another tool"],
])("says of a message: %s", (_, message, words) => {
  const { container } = render(<QueryClientProvider client={cache}><Entry message={message} contact="Ana" person="p1" /></QueryClientProvider>);
  const lines = [...container.querySelectorAll("article p")].map((one) => one.textContent);
  expect(lines).toContain(words);
});

it("makes no link of what is no page", () => {
  const bad = marked({ referral: { source: "ad", title: "x", url: "javascript:alert(1)" } });
  const { container } = render(<QueryClientProvider client={cache}><Entry message={bad} contact="Ana" person="p1" /></QueryClientProvider>);
  expect(container.querySelector("a")).toBeNull();
});

it("names who speaks in a group", () => {
  const { container } = render(<QueryClientProvider client={cache}><Entry message={marked({ author: "Eva" })} contact="The group" person="p1" /></QueryClientProvider>);
  expect(container.querySelector("header b")?.textContent).toBe("Eva");
});
