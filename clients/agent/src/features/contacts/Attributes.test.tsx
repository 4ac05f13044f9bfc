/** What facts are called: a channel's by its own texts, those people made up as they are. */
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { cache } from "@lib/cache";
import { learn, speak } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { Attributes } from "./Attributes";

await speak("en");
learn([{ id: "phone", texts: { en: { "fact.is_fan": "Follows you" } } }]);
cache.setQueryData(["me"], { agent: { id: "a1", name: "Ada", preferences: {} }, permissions: ["contact:write"] });
cache.setQueryData(["channels"], [{ id: "phone", name: "Phone" }]);
afterEach(cleanup);

test("a fact of a channel is called as its texts say, and yes is no true", () => {
  const contact = { id: "p1", attributes: { is_fan: true, order_number: "HX-1" } } as unknown as Contact;
  render(<QueryClientProvider client={cache}><Attributes contact={contact} /></QueryClientProvider>);
  expect(screen.getByText("Follows you")).toBeTruthy();
  expect(screen.getByText("Yes")).toBeTruthy();
  expect(screen.getByText("order_number")).toBeTruthy();
});
