/** Which way a reply takes: the agent's choice, else the one proposed; windows close while one looks. Pure. */
import type { Id } from "@shared/types";
import type { ChosenWay, Sender, Way } from "@lib/model";

export const isWay = (way: Way, wish: ChosenWay | undefined): boolean =>
  wish !== undefined && way.account_id === wish.account_id && way.identity_id === wish.identity_id;

export const keyOf = (way: Way): string => `${way.account_id} ${way.identity_id ?? ""}`;

/** Whether its address says something to people. */
export const isReadable = (way: Way): boolean => way.kind === "email" || way.kind === "phone";

/** An address that says nothing to people is left out where its account has one that does. */
function distinct(ways: readonly Way[]): Way[] {
  const named = new Set(ways.filter(isReadable).map((way) => way.account_id));
  return ways.filter((way) => isReadable(way) || way.identity_id === null || way.heard_at !== null || !named.has(way.account_id));
}

const rank = (way: Way): number => (way.closed === null ? 0 : way.takes_template ? 1 : way.identity_id ? 2 : 3);

/** The ways as they are at a moment, open ones first: one whose window has ended since they were read is closed. */
export function asOf(given: readonly Way[], now: number, templates: (channel: string) => boolean): Way[] {
  const ways = distinct(given);
  const late = (way: Way): boolean => way.closed === null && way.until !== null && Date.parse(way.until) < now;
  const standing = ways.map((way): Way => (late(way) ? { ...way, closed: "window", is_proposed: false, takes_template: templates(way.channel) } : way));
  const best = standing.find((way) => way.is_proposed) ?? standing.find((way) => way.closed === null);
  return standing.map((way) => (way === best ? { ...way, is_proposed: true } : way)).toSorted((a, b) => rank(a) - rank(b));
}

/** Whether the agent may choose it: it is open, or a template leaves by it. */
export const isUsable = (way: Way): boolean => way.closed === null || way.takes_template;

/** The way a reply takes now; null: the contact cannot be reached at all. */
export function taken(ways: readonly Way[], wish: ChosenWay | undefined): Way | null {
  return ways.find((way) => isWay(way, wish)) ?? ways.find((way) => way.is_proposed)
    ?? ways.find((way) => way.takes_template) ?? ways.find((way) => way.identity_id !== null) ?? null;
}

/** The one after it that can be used, for the key that switches. */
export function nextWay(ways: readonly Way[], now: Way | null): Way | null {
  const usable = ways.filter(isUsable);
  if (usable.length === 0) return null;
  const at = usable.findIndex((way) => now !== null && keyOf(way) === keyOf(now));
  const next = usable[(at + 1) % usable.length]!;
  return now !== null && keyOf(next) === keyOf(now) ? null : next;
}

/** What is kept of a choice; of a way, or a sender, that is proposed anyway there is nothing to keep. */
export function chosen(way: Way, sender?: Sender): ChosenWay | undefined {
  const named = sender && !sender.is_proposed ? { sender: sender.address } : {};
  if (way.identity_id === null || (way.is_proposed && !("sender" in named))) return undefined;
  return { account_id: way.account_id, identity_id: way.identity_id, ...named };
}

/** The address a reply leaves from: the agent's choice while it is there, else the one proposed; null: there are none. */
export function senderOf(way: Way | null, wish: ChosenWay | undefined): Sender | null {
  const senders = way?.senders ?? [];
  const wished = way && isWay(way, wish) ? senders.find((one) => one.address === wish?.sender) : undefined;
  return wished ?? senders.find((one) => one.is_proposed) ?? null;
}

/** Whether there is something to choose. */
export const hasSenders = (way: Way | null): boolean => (way?.senders?.length ?? 0) > 1;

const HOUR = 3_600_000;
/** How long its window stays open, when that matters: below two days. */
export function left(way: Way, now: number): number | null {
  if (way.closed !== null || way.until === null) return null;
  const ms = Date.parse(way.until) - now;
  return ms > 0 && ms < 48 * HOUR ? ms : null;
}

/** The account a message waits for, where none of its channel and inbox can send now. */
export function stuckAt(message: { channel: string; inbox_id: Id }, ways: readonly Way[]): Way | null {
  const its = ways.filter((way) => way.channel === message.channel && way.inbox_id === message.inbox_id);
  const stands = (way: Way): boolean => way.closed === "held" || way.closed === "off";
  return its.every(stands) ? its[0] ?? null : null;
}
