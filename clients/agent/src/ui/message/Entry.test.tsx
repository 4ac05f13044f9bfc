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
