/** Each part that did not get there says why, and is decided on its own. */
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import type { Message, Part } from "@shared/types";
import { speak } from "@lib/i18n";
import { Trouble } from "./State";

await speak("en");
afterEach(cleanup);

const part = (number: number, state: Part["state"], text = "", files: string[] = []): Part =>
  ({ number, state, text, files, error: state === "failed" ? { code: "rejected", detail: "17 too wide", reason: "content", said: "17 too wide" } : null });
const message = (parts: Part[], state: Message["state"]): Message => ({
  id: "m1", conversation_id: "c1", seq: 1, kind: "outgoing", channel: "phone", inbox_id: "i1", author: { kind: "agent", id: "a1", name: "Ada" },
  subject: "", text: "Hello", html: null, quoted: null, reply_to: null, meta: {}, state, error: null, client_id: null,
  attachments: [{ id: "f1", name: "one.png", media_type: "image/png", size_bytes: 9, url: "/f1", inline: false, content_id: "", width: null, height: null, state: "stored" }],
  at: "2026-11-01T10:00:00Z", created_at: "2026-11-01T10:00:00Z", undo_until: null, parts,
});

it("names the part that failed by its file, and sends only that one again", () => {
  const decide = vi.fn();
  render(<Trouble message={message([part(1, "delivered", "Hello"), part(2, "failed", "", ["f1"])], "failed")} onRetry={decide} />);
  expect(screen.getByText("one.png")).toBeTruthy();
  expect(screen.getByText(/too wide/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Send again: Part 2" }));
  expect(decide.mock.calls).toEqual([["resend", 2]]);
  expect(screen.queryByRole("button", { name: /It arrived/ })).toBeNull();
});

it("lets an uncertain part be called arrived, and all that wait be sent at once", () => {
  const decide = vi.fn();
  render(<Trouble message={message([part(1, "uncertain", "Hello"), part(2, "uncertain", "World"), part(3, "sent", "!")], "uncertain")} onRetry={decide} />);
  fireEvent.click(screen.getByRole("button", { name: "It arrived: Part 2" }));
  fireEvent.click(screen.getByRole("button", { name: "Send 2 parts again" }));
  expect(decide.mock.calls).toEqual([["sent", 2], ["resend"]]);
});

it("says why in the reader's language, and quotes the other side", () => {
  const failed = { ...message([part(1, "failed", "Hello")], "failed"), error: { code: "rejected", detail: "552 5.2.2 Over quota", reason: "full", said: "552 5.2.2 Over quota" } };
  render(<Trouble message={failed} />);
  expect(screen.getByText(/Their mailbox is full/)).toBeTruthy();
  expect(screen.getByText("552 5.2.2 Over quota").tagName).toBe("Q");
});

it("quotes nobody where nobody spoke, and still what was kept of an older failure", () => {
  const of = (error: Message["error"], state: Message["state"]) => ({ ...message([], state), error });
  const { unmount } = render(<Trouble message={of({ code: "unknown-outcome", detail: "no answer to an HTTP request" }, "uncertain")} />);
  expect(screen.queryByText(/no answer to an HTTP request/)).toBeNull();
  unmount();
  render(<Trouble message={of({ code: "rejected", detail: "550 no such user" }, "failed")} />);
  expect(screen.getByText("550 no such user").tagName).toBe("Q");
});
