import { describe, expect, it } from "vitest";
import type { Way } from "@lib/model";
import { asOf, chosen, hasSenders, isUsable, left, nextWay, senderOf, stuckAt, taken } from "./ways";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const way = (id: string, more: Partial<Way> = {}): Way => ({
  account_id: id, identity_id: `${id}-i`, inbox_id: "n", inbox_name: "", channel: id, account_name: "", is_sandbox: false, kind: "phone",
  value: id, closed: null, until: null, heard_at: null, takes_template: false, is_proposed: false, ...more,
});
const never = () => false;

describe("the ways to a contact", () => {
  const proposed = way("a", { is_proposed: true, until: "2026-11-22T13:00:00Z" });
  const open = way("b");
  const shut = way("c", { closed: "opted-out" });
  const unknown = way("d", { closed: "no-identity", identity_id: null });
  const all = [proposed, open, shut, unknown];

  it("take the one that is proposed, or the one that was chosen", () => {
    expect(taken(all, undefined)).toBe(proposed);
    expect(taken(all, { account_id: "b", identity_id: "b-i" })).toBe(open);
    expect(taken(all, { account_id: "gone", identity_id: "x" })).toBe(proposed);
    expect(taken([shut, unknown], undefined)).toBe(shut);
    expect(taken([unknown], undefined)).toBeNull();
  });

  it("close while one looks, and another is proposed", () => {
    const later = Date.parse("2026-11-22T13:00:01Z");
    const [first, second] = asOf(all, later, (channel) => channel === "a");
    expect(first).toMatchObject({ channel: "b", is_proposed: true });
    expect(second).toMatchObject({ channel: "a", closed: "window", takes_template: true, is_proposed: false });
    expect(asOf(all, NOW, never)).toEqual(all);
    expect(taken(asOf([proposed], later, () => true), undefined)).toMatchObject({ closed: "window" });
  });

  it("leave an id out that says nothing, where the account has an address that does", () => {
    const id = way("x", { account_id: "a", identity_id: "a-2", kind: "external" });
    expect(asOf([proposed, id], NOW, never)).toHaveLength(1);
    expect(asOf([proposed, { ...id, heard_at: "2026-11-22T11:00:00Z" }], NOW, never)).toHaveLength(2);
    expect(asOf([{ ...id, account_id: "z" }], NOW, never)).toHaveLength(1);
  });

  it("go round with one key, past those that are closed", () => {
    expect(nextWay(all, proposed)).toBe(open);
    expect(nextWay(all, open)).toBe(proposed);
    expect(nextWay(all, shut)).toBe(proposed);
    expect(nextWay([open, shut], open)).toBeNull();
    expect(nextWay([shut], null)).toBeNull();
    expect(isUsable(way("t", { closed: "window", takes_template: true }))).toBe(true);
  });

  it("tell how long they stay open only when it matters", () => {
    expect(left(proposed, NOW)).toBe(3_600_000);
    expect(left(way("a", { until: "2026-11-29T00:00:00Z" }), NOW)).toBeNull();
    expect(left(open, NOW)).toBeNull();
  });
});

describe("from where a reply leaves", () => {
  const help = { address: "help@desk.test", signature: "Desk", is_proposed: false };
  const sales = { address: "sales@desk.test", signature: "Sales", is_proposed: true };
  const mail = way("m", { is_proposed: true, senders: [help, sales] });
  const wish = (sender: string) => ({ account_id: "m", identity_id: "m-i", sender });

  it("is the address that was written to, until another is chosen", () => {
    expect(senderOf(mail, undefined)).toBe(sales);
    expect(senderOf(mail, wish("help@desk.test"))).toBe(help);
  });

  it("forgets a choice that is no address of the account any more, or was of another way", () => {
    expect(senderOf(mail, wish("gone@desk.test"))).toBe(sales);
    expect(senderOf(mail, { ...wish("help@desk.test"), account_id: "other" })).toBe(sales);
  });

  it("is nothing where the channel has none, or none were kept", () => {
    expect(senderOf(null, undefined)).toBeNull();
    expect(senderOf(way("b"), undefined)).toBeNull();
    expect([hasSenders(null), hasSenders(way("b")), hasSenders(way("c", { senders: [sales] })), hasSenders(mail)]).toEqual([false, false, false, true]);
  });

  it("is kept with the way, but for what is proposed anyway", () => {
    expect(chosen(mail)).toBeUndefined();
    expect(chosen(mail, sales)).toBeUndefined();
    expect(chosen(mail, help)).toEqual(wish("help@desk.test"));
    expect(chosen({ ...mail, is_proposed: false }, sales)).toEqual({ account_id: "m", identity_id: "m-i" });
    expect(chosen({ ...mail, identity_id: null }, help)).toBeUndefined();
  });
});

describe("what waits for its account", () => {
  const said = { channel: "a", inbox_id: "n" };

  it("waits while none of its channel can send", () => {
    const held = way("a", { closed: "held" });
    expect(stuckAt(said, [way("b"), held])).toBe(held);
    expect(stuckAt(said, [held, { ...way("a"), account_id: "second" }])).toBeNull();
    expect(stuckAt(said, [way("a", { closed: "window" })])).toBeNull();
    expect(stuckAt(said, [way("b", { closed: "off" })])).toBeNull();
  });
});
