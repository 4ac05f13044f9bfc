import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EMPTY, placed, reduce, withMessage, type State } from "@shared/reduce";
import type { Conversation, LogEvent, Message, MessageState } from "@shared/types";

const CASES = "../../build/reducer-cases.json";

export function conversation(id: string, version: number, more: Partial<Conversation> = {}): Conversation {
  return {
    id, number: 1, contact: { id: "c", name: "Carol" }, inbox_id: "i", channel: "api", subject: "", status: "open", assignee_id: null,
    team_id: null, tag_ids: [], snoozed_until: null, woken_at: null, last_seq: version, read_seq: 0, unread: true, last_message: null,
    waiting_since: null, activity_at: new Date(2026, 0, 1, 0, version).toISOString(), version, resolved_at: null, created_at: "2026-01-01T00:00:00Z", priority: "none", ...more,
  };
}

export function message(id: string, seq: number, more: Partial<Message> = {}): Message {
  return {
    id, conversation_id: "a", seq, kind: "outgoing", channel: "api", inbox_id: "i", author: { kind: "agent", id: "1", name: "Ada" }, subject: "",
    text: id, html: null, quoted: null, reply_to: null, attachments: [], meta: {}, state: "queued", error: null, client_id: null,
    at: "2026-01-01T00:00:00Z", created_at: "2026-01-01T00:00:00Z", undo_until: null, ...more,
  };
}

const received = (view: Conversation, one: Message): LogEvent => ({ type: "message.received", data: { conversation: view, message: one } });
const stateOf = (state: MessageState): LogEvent => ({ type: "message.state", data: { conversation_id: "a", message_id: "m", state } });

describe("the reducer", () => {
  it("keeps the newer view of a conversation, whatever comes first", () => {
    const events = [1, 2, 3].map((version) => received(conversation("a", version), message(`m${version}`, version)));
    const orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]];
    const ends = orders.map((order) => order.reduce((state: State, at) => reduce(state, events[at]!), EMPTY));
    for (const end of ends) {
      expect(end.conversations["a"]!.version).toBe(3);
      expect(end.messages["a"]!.map((one) => one.id)).toEqual(["m1", "m2", "m3"]);
    }
  });

  it("takes an event twice as once", () => {
    const event = received(conversation("a", 1), message("m", 1));
    expect(reduce(reduce(EMPTY, event), event)).toEqual(reduce(EMPTY, event));
  });

  it("moves a message on, never back, but fails and retries it", () => {
    const begin: State = { conversations: {}, messages: { a: [message("m", 1)] } };
    const run = (...states: MessageState[]) => states.reduce((state, one) => reduce(state, stateOf(one)), begin).messages["a"]![0]!.state;
    expect(run("sending", "sent", "delivered", "sent", "sending")).toBe("delivered");
    expect(run("sent", "failed")).toBe("failed");
    expect(run("sending", "uncertain", "queued", "sending", "sent")).toBe("sent");
  });

  it("puts the server's message in the place of the one that was shown at once", () => {
    const local = message("local-1", 5, { client_id: "k", state: "sending" });
    const list = withMessage([message("x", 4), local], message("real", 5, { client_id: "k", state: "queued" }));
    expect(list.map((one) => one.id)).toEqual(["x", "real"]);
  });

  it("does not take another author's message for one's own, whatever its client calls it", () => {
    const local = message("local-1", 5, { client_id: "k", state: "sending" });
    const theirs = message("theirs", 4, { client_id: "k", kind: "incoming", author: { kind: "contact", id: "c", name: "Carol" } });
    expect(withMessage([local], theirs).map((one) => one.id)).toEqual(["theirs", "local-1"]);
    const colleague = message("colleague", 6, { client_id: "k", author: { kind: "agent", id: "2", name: "Ben" } });
    expect(withMessage([local], colleague).map((one) => one.id)).toEqual(["local-1", "colleague"]);
  });

  it("forgets a message that was taken back", () => {
    const begin: State = { conversations: {}, messages: { a: [message("m", 1), message("n", 2)] } };
    const end = reduce(begin, { type: "message.withdrawn", data: { conversation: conversation("a", 9), message_id: "m" } });
    expect(end.messages["a"]!.map((one) => one.id)).toEqual(["n"]);
  });

  it("forgets a conversation that was erased, or what went of it", () => {
    const begin: State = {
      conversations: { a: conversation("a", 2), b: conversation("b", 2) },
      messages: { a: [message("m", 1), message("n", 2)], b: [] },
    };
    const all = reduce(begin, { type: "conversation.erased", data: { conversation_id: "a" } });
    expect([Object.keys(all.conversations), Object.keys(all.messages)]).toEqual([["b"], ["b"]]);
    expect(reduce(begin, { type: "conversation.hidden", data: { conversation_id: "a" } })).toEqual(all);
    const left = { conversation_id: "a", conversation: conversation("a", 9), message_ids: ["m"] };
    const some = reduce(begin, { type: "conversation.erased", data: left });
    expect(some.messages["a"]!.map((one) => one.id)).toEqual(["n"]);
    expect(some.conversations["a"]!.version).toBe(9);
  });

  it("changes nothing for what it does not know", () => {
    expect(reduce(EMPTY, { type: "moon.landed", data: {} })).toBe(EMPTY);
  });
});

describe("a list", () => {
  const list = [conversation("c", 3), conversation("b", 2), conversation("a", 1)];
  const ids = (items: readonly Conversation[]) => items.map((one) => one.id).join("");

  it("moves a conversation up when something happens in it", () => {
    expect(ids(placed(list, conversation("a", 9), true, true))).toBe("acb");
  });
  it("lets go of what no longer belongs and ignores what is older", () => {
    expect(ids(placed(list, conversation("b", 4), false, true))).toBe("ca");
    expect(placed(list, conversation("b", 1), false, true)).toBe(list);
  });
  it("is walked by priority first where that is its order", () => {
    const pressing = [conversation("c", 1, { priority: "urgent" }), conversation("a", 9), conversation("b", 2)];
    expect(ids(placed(pressing, conversation("b", 10, { priority: "high" }), true, true, "priority"))).toBe("cba");
    expect(ids(placed(pressing, conversation("c", 11), true, true, "priority"))).toBe("cab");
  });
  it("leaves the end of an open list to the next page", () => {
    const old = conversation("z", 0);
    expect(placed(list, old, true, true)).toBe(list);
    expect(ids(placed(list, old, true, false))).toBe("cbaz");
  });
});

interface Case { name: string; before: State; events: LogEvent[]; after: State }

describe.skipIf(!existsSync(CASES))("cases written by the server's own verbs", () => {
  const cases = existsSync(CASES) ? (JSON.parse(readFileSync(CASES, "utf8")) as Case[]) : [];
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    expect(one.events.reduce(reduce, one.before)).toEqual(one.after);
  });
});
