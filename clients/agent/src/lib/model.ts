/** Shapes of the API that only the console reads. */
import type { Conversation, Id, Instant, Message, Priority } from "@shared/types";
import type { Limits } from "./limits/plan";

export interface Preferences {
  theme?: "auto" | "light" | "dark"; density?: "compact" | "cosy"; panel?: boolean;
  keys?: Record<string, string>; single_keys?: boolean; signature?: string;
}
export interface AgentSelf { id: Id; name: string; email: string; role: Role; locale: string; preferences: Preferences }
export type Role = "owner" | "admin" | "agent";
export interface Me {
  agent: AgentSelf; workspace: { id: Id; name: string; locale: string }; permissions: string[];
  csrf_token?: string; outgoing_mail: boolean;
}
export interface Agent {
  id: Id; name: string; email: string; role: Role; locale: string; disabled_at: Instant | null; created_at: Instant;
}
export interface Team { id: Id; name: string; agent_ids: Id[] }
export interface Tag { id: Id; name: string; color: string }

/** One act of a macro; `do` says which. */
export type MacroAct =
  | { do: "assign"; to: "me" | "agent" | "team" | "nobody"; id?: Id | null }
  | { do: "tag" | "untag"; tag_id: Id }
  | { do: "prioritize"; priority: Priority }
  | { do: "snooze"; for_s: number | null }
  | { do: "pend" } | { do: "resolve" }
  | { do: "note"; text: string };
export interface Macro { id: Id; name: string; text: string; acts: MacroAct[]; is_shared: boolean; uses: number }

export interface Setting {
  name: string; kind: "text" | "email" | "url" | "number" | "bool" | "secret" | "choice" | "list" | "questions";
  required: boolean; default: string | number | boolean | string[] | null; choices: string[]; advanced: boolean; when?: Record<string, string[]>;
}
export interface Channel {
  id: string; name: string; threading: string; hue: number; icon_svg?: string; features: string[];
  limits: Limits;
  settings: Setting[]; has_simulator?: boolean; connects?: boolean; has_webhook?: boolean; texts?: Partial<Record<"en" | "es" | "pt", Record<string, string>>>;
}
/** Whether a channel is a chat on one's own page: it sees typing and has no letters. */
export function isChat(channel: Channel | undefined): boolean {
  return channel !== undefined && channel.features.includes("live") && channel.features.includes("typing");
}

/** Whether it is the chat on a site; a shop's is reached from the shop. */
export function isWidget(channel: Channel | undefined): boolean {
  return isChat(channel) && !channel!.features.includes("visits");
}
export interface Account {
  id: Id; inbox_id: Id; channel: string; name: string; address: string | null; settings: Record<string, unknown>;
  secrets_set: string[]; state: "active" | "held" | "off"; problem: { code?: string; detail?: string } | null; webhook_url: string;
  last_in_at: Instant | null; last_out_at: Instant | null; secret?: string | null;
  is_sandbox: boolean; expires_at: Instant | null;
}
export interface Inbox {
  id: Id; name: string; threading: string | null; reopen_window_s: number | null; accounts: Account[];
  visibility: "everyone" | "team" | "own"; team_id: Id | null;
}
export interface CheckLine { key: string; ok: boolean | null; detail: string; reason?: string }

export interface Identity { id: Id; kind: "email" | "phone" | "visitor" | "external"; value: string; verified: boolean; scope?: string | null; by_code?: boolean }
export interface Contact {
  id: Id; name: string; locale: string; time_zone: string; attributes: Record<string, unknown>;
  identities: Identity[]; version: number; created_at: Instant; updated_at: Instant; blocked?: boolean; avatar_id?: Id | null;
}
export interface Elsewhere { account_id: Id; inbox_id: Id; channel: string; account_name: string; is_sandbox: boolean }
export interface Offer { id: Id; account_id: Id; channel: string; is_sandbox: boolean; code: string; link: string; qr: readonly string[] | null; expires_at: Instant }
export interface Likeness { contact: Contact; reasons: readonly { kind: "email" | "phone" | "fact" | "name" | "code"; detail: string; name: string }[] }
export interface Link { id: Id; kind: "merge" | "unlink"; from_id: Id; into_id: Id; reason: string; at: Instant; undone_at: Instant | null }
export interface TimelineItem {
  type: "message" | "event"; at: Instant; conversation_id: Id | null; channel: string | null;
  message?: Message; event?: { type: string; data: Record<string, unknown> };
}
export interface SearchItem {
  type: "message" | "contact"; conversation_id?: Id; contact_id?: Id; message?: Message; contact?: Contact;
  highlights: { text: string; hit: boolean }[]; at: Instant;
}
export interface Counts { open: number; unassigned: number; mine: number; unread: number; mine_unread: number }
export interface DraftFile { id: Id; name: string; media_type: string; size_bytes: number; url?: string; inline?: boolean }
/** An address a reply may leave from. signature: what would stand below it. */
export interface Sender { address: string; signature: string; is_proposed: boolean }
/** One way to write to a contact. closed: why no free reply leaves by it now. until: when its window ends, or ended. */
export interface Way {
  account_id: Id; inbox_id: Id; inbox_name: string; channel: string; account_name: string; is_sandbox: boolean;
  identity_id: Id | null; kind: Identity["kind"] | null; value: string;
  closed: "window" | "opted-out" | "held" | "off" | "no-identity" | null;
  until: Instant | null; heard_at: Instant | null; takes_template: boolean; is_proposed: boolean;
  /** Not there in what was kept on the device before. links_files: files leave as links below the words. */
  senders?: readonly Sender[]; links_files?: boolean;
}
/** A text the vendor judged. body: with `{{name}}` where its variables stand. */
export interface Template {
  account_id: Id; name: string; language: string; status: "approved" | "pending" | "rejected" | "paused" | "disabled"; category: string;
  body: string; footer: string; header: "" | "text" | "image" | "video" | "document" | "location"; header_text: string;
  buttons: string[]; variables: string[]; example: Record<string, string>; reason: string; synced_at: Instant;
}
/** html: how a reply looks where the channel shows HTML. way: by which it leaves, once chosen. quote: what it answers. macro: whose acts wait for it. */
export interface DraftMeta {
  cc?: string[]; bcc?: string[]; html?: string; attachments?: DraftFile[]; way?: ChosenWay; quote?: Quoted; in_public?: boolean | undefined; macro?: WaitingMacro;
}
/** sender: the address it leaves from, where another is chosen than the one proposed. */
export interface ChosenWay { account_id: Id; identity_id: Id; sender?: string }
export interface WaitingMacro { id: Id; name: string; acts: MacroAct[] }
export interface Quoted { id: Id; name: string; text: string }
/** caret: where one was, for words that come back to this page. */
export interface Draft { text: string; meta: DraftMeta | null; caret?: number; agent_id?: Id; agent_name?: string; updated_at?: Instant }
export interface StoredFile { id: Id; name: string; media_type: string; size_bytes: number; url: string; width: number | null; height: number | null }
export interface Parked {
  id: Id; account_id: Id | null; source: string; received_at: Instant; error: { code: string; detail: string; reason?: string; field?: string } | null;
  size_bytes: number; summary: string;
}
export interface Invitation { id: Id; email: string; name?: string; role: Role; expires_at: Instant; mailed?: boolean; link?: string | null }
export interface Token { id: Id; name: string; scopes: string[]; expires_at: Instant | null; last_used_at: Instant | null; created_at: Instant; token?: string }
export interface Session { id: Id; user_agent: string; created_at: Instant; last_seen_at: Instant; is_current: boolean }
export interface Bubble {
  id: string; mine: boolean; text: string; at: Instant; file: string; url: string; media_type: string; choices: [string, string][];
  marks: string[]; reply_to: string | null; is_edited: boolean; is_deleted: boolean; state: string;
}
export interface Phone { who: string; name: string; address: string; bubbles: Bubble[]; typing_until: Instant | null }
export const FAULTS = ["throttled", "server_error", "expired_token", "silence", "cut", "duplicate", "reorder", "delay"] as const;
export interface Fault { kind: (typeof FAULTS)[number]; left: number | null; seconds: number }
export type Does =
  | "text" | "file" | "voice" | "sticker" | "location" | "people" | "choose" | "react" | "edit" | "delete" | "read" | "start" | "comment" | "order" | "stop";
/** deeds: what can be done on this channel's phones. */
export interface Standing { deeds: Does[]; phones: Phone[]; faults: Fault[] }
export interface PlayMail {
  id: Id; mail_from: string; to: string[]; subject: string; text: string; html: string; message_id: string; references: string[]; at: Instant;
}

/** What a list shows: the address's view and inbox filter. */
export type View = "mine" | "unassigned" | "open" | "pending" | "snoozed" | "resolved";
export const VIEWS: readonly View[] = ["mine", "unassigned", "open", "pending", "snoozed", "resolved"];
export interface ListFilter {
  view: View; inbox?: Id | undefined; priority?: Priority | undefined; sort?: "priority" | undefined;
}

export function belongs(one: Conversation, filter: ListFilter, me: Id): boolean {
  if (filter.inbox && one.inbox_id !== filter.inbox) return false;
  if (filter.priority && one.priority !== filter.priority) return false;
  switch (filter.view) {
    case "mine": return one.status === "open" && one.assignee_id === me;
    case "unassigned": return one.status === "open" && one.assignee_id === null;
    case "open": return one.status === "open";
    default: return one.status === filter.view;
  }
}
