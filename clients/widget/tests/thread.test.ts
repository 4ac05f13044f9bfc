import { describe, expect, it } from "vitest";
import type { Batch, Message } from "../src/protocol";
import { NOTHING, type Thread } from "../src/state";
import { isSeen, lastAnswer, merge, prepend, unread } from "../src/thread";

function message(id: string, kind: "contact" | "agent" = "agent", text = id): Message {
  const author = { kind, name: kind };
  return { id, conversation_id: "c", seq: Number(id), channel: "webchat", author, text, attachments: [], at: "", state: "sent", client_id: null };
}

function batch(cursor: string, ...messages: Message[]): Batch {
  return { messages, conversations: [], cursor };
}

const ids = (thread: Thread) => thread.messages.map((each) => each.id);

describe("the thread", () => {
  it("is the same whatever the order and however often its parts come", () => {
    const parts = [batch("1", message("1"), message("2")), batch("2", message("3")), batch("3", message("2"), message("4"))];
    const orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2, 2, 0, 1], [0, 0, 1, 2]];
    for (const order of orders) {
      const thread = order.reduce((made, place) => merge(made, parts[place]!), NOTHING);
      expect(ids(thread)).toEqual(["1", "2", "3", "4"]);
    }
  });

  it("takes the later version of a message", () => {
    const before = merge(NOTHING, batch("1", message("1", "agent", "old")));
    expect(merge(before, batch("2", message("1", "agent", "new"))).messages[0]?.text).toBe("new");
  });

  it("keeps its cursor when a batch has none, and when older messages come", () => {
    const thread = merge(NOTHING, batch("7", message("5")));
    expect(merge(thread, batch("", message("6"))).cursor).toBe("7");
    const longer = prepend(thread, batch("9", message("1")));
    expect([longer.cursor, ...ids(longer)]).toEqual(["7", "1", "5"]);
  });

  it("counts only answers after the last one looked at", () => {
    const thread = merge(NOTHING, batch("1", message("1"), message("2", "contact"), message("3"), message("4")));
    expect(unread(thread, "").length).toBe(3);
    expect(unread(thread, "3").map((each) => each.id)).toEqual(["4"]);
    expect(lastAnswer(thread)).toBe("4");
    expect(lastAnswer(NOTHING)).toBe("");
  });

  it("says that the team has read a message by its place in its conversation", () => {
    const mine = message("2", "contact");
    const read = { id: "c", last_seq: 3, status: "open" };
    const thread = merge(NOTHING, { ...batch("1", mine), conversations: [{ ...read, read_seq: 1 }] });
    expect(isSeen(thread, mine)).toBe(false);
    expect(isSeen(merge(thread, { ...batch("2"), conversations: [{ ...read, read_seq: 2 }] }), mine)).toBe(true);
  });
});
