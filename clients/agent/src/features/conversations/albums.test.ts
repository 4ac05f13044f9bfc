/** What was sent together is shown together, and nothing else is. */
import { expect, it } from "vitest";
import type { Message } from "@shared/types";
import { albums } from "./albums";

const sent = (id: string, album: string | null, over: Partial<Message> = {}): Message => ({
  id, conversation_id: "c", seq: Number(id), kind: "incoming", channel: "phone", inbox_id: "i", author: { kind: "contact", id: "p", name: "Ana" },
  subject: "", text: "", html: null, quoted: null, reply_to: null, meta: album ? { album } : {}, state: "received", error: null, client_id: null,
  attachments: [{ id: `f${id}`, name: "", media_type: "image/png", size_bytes: 1, url: "/x", inline: false, content_id: "", width: null, height: null, state: "stored" }],
  at: "", created_at: "", undo_until: null, ...over,
});

it("joins neighbours of one album and keeps everybody's place", () => {
  const shown = albums([sent("1", null), sent("2", "x", { text: "Look" }), sent("3", "x"), sent("4", "y"), sent("5", null)]);
  expect(shown.map((one) => one.ids)).toEqual([["1"], ["2", "3"], ["4"], ["5"]]);
  expect(shown[1]!.message.attachments.map((one) => one.id)).toEqual(["f2", "f3"]);
  expect(shown[1]!.message.text).toBe("Look");
  expect(shown.map((one) => one.index)).toEqual([0, 1, 3, 4]);
});

it("leaves apart what others sent, and what was deleted", () => {
  expect(albums([sent("1", "x"), sent("2", "x", { author: { kind: "contact", id: "q", name: "Bo" } })])).toHaveLength(2);
  expect(albums([sent("1", "x"), sent("2", "x", { deleted_at: "2026-11-01T10:00:00Z" })])).toHaveLength(2);
});
