/** Whom a mail goes to when nobody is named: as the server decides it, so that the writer sees it beforehand. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Id, Message } from "@shared/types";
import type { Contact, Inbox, Way } from "@lib/model";
import { inboxesQuery, messagesQuery } from "@lib/queries";

export interface Recipients { to: string; cc: string[] }

const bare = (text: string): string => (/<([^<>\s]+@[^<>\s]+)>\s*$/.exec(text)?.[1] ?? text).trim().toLowerCase();
const plain = (address: string): string => address.replace(/\+[^@]*@/, "@");
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map((one) => bare(String(one))) : []);

/** The sender of the mail that is answered, and everybody else who was on it but us. */
export function recipientsOf(messages: readonly Message[], contact: Contact | undefined, inboxes: readonly Inbox[], ways: readonly Way[] = []): Recipients {
  const answered = messages.find((one) => one.kind === "incoming" && one.meta["sender"]);
  const to = String(answered?.meta["sender"] ?? contact?.identities.find((one) => one.kind === "email")?.value ?? "");
  if (!answered) return { to, cc: [] };
  const ours = new Set([
    ...inboxes.flatMap((one) => one.accounts.map((account) => plain(account.address ?? ""))),
    ...ways.flatMap((one) => (one.senders ?? []).map((sender) => plain(sender.address))),
  ]);
  const others = [...list(answered.meta["to"]), ...list(answered.meta["cc"])].filter((one) => one.includes("@"));
  return { to, cc: [...new Set(others)].filter((one) => one !== to && !ours.has(plain(one))) };
}

/** The same for a conversation on the screen. */
export function useRecipients(conversation: Id, contact: Contact | undefined, ways: readonly Way[]): Recipients {
  const messages = useInfiniteQuery(messagesQuery(conversation)).data?.pages.flatMap((page) => page.items) ?? [];
  const { data: inboxes } = useQuery(inboxesQuery);
  return recipientsOf(messages, contact, inboxes ?? [], ways);
}
