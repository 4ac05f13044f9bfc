/** What the API answers, as the clients read it. The generated schema proves these shapes in `api.check.ts`. */

export type Id = string;
export type Instant = string;
/** By rank, the least pressing first. */
export const PRIORITIES = ["none", "low", "normal", "high", "urgent"] as const;
export type Priority = (typeof PRIORITIES)[number];
export type Status = "open" | "pending" | "snoozed" | "resolved";
export type MessageKind = "incoming" | "outgoing" | "note" | "activity";
export type AuthorKind = "contact" | "agent" | "system";
export type MessageState =
  | "received" | "queued" | "sending" | "sent" | "delivered" | "read" | "failed" | "uncertain" | "stored";

export interface ContactRef { id: Id; name: string }

export interface LastMessage {
  id: Id; kind: MessageKind; author_kind: AuthorKind; author_name: string; preview: string; at: Instant;
}

export interface Conversation {
  id: Id; number: number; contact: ContactRef; inbox_id: Id; channel: string; subject: string; status: Status;
  assignee_id: Id | null; team_id: Id | null; tag_ids: Id[]; snoozed_until: Instant | null; woken_at: Instant | null;
  last_seq: number; read_seq: number; unread: boolean; last_message: LastMessage | null;
  waiting_since: Instant | null; activity_at: Instant; version: number; resolved_at: Instant | null; created_at: Instant;
  priority: Priority;
}

export interface Attachment {
  id: Id; name: string; media_type: string; size_bytes: number; url: string; inline: boolean; content_id: string;
  width: number | null; height: number | null; state: "stored" | "loading" | "failed";
}

/** reason: `why.<reason>`, which says more than the code; said: the other side's own words. Both are absent in what was kept before they were. */
export interface MessageError { code: string; detail: string; reason?: string; said?: string }
export interface Author { kind: AuthorKind; id: Id | null; name: string }

/** What a message holds beside text; `type` says what. */
export type Content = { type: string } & Record<string, unknown>;
export interface Reaction { emoji: string; author: Author; at: Instant }
/** One of the vendor's calls that carry a message. */
export interface Part { number: number; state: MessageState; error: MessageError | null; text: string; files: Id[] }

export interface Message {
  id: Id; conversation_id: Id; seq: number; kind: MessageKind; channel: string; inbox_id: Id; author: Author;
  subject: string; text: string; html: string | null; quoted: string | null; reply_to: Id | null;
  attachments: Attachment[]; meta: Record<string, unknown>; state: MessageState; error: MessageError | null;
  client_id: string | null; at: Instant; created_at: Instant; undo_until: Instant | null;
  content?: Content | null; reactions?: Reaction[]; edited_at?: Instant | null; deleted_at?: Instant | null;
  /** Only where there are several; the message stands where the least of them does. */
  parts?: Part[];
}

export interface Page<Item> { items: Item[]; next_cursor: string | null }

/** One event of the log as the socket and the feed carry it. */
export interface LogEvent {
  cursor?: string; id?: string | number; type: string; at?: Instant; actor?: Record<string, unknown>; data: EventData;
}

export interface EventData {
  conversation?: Conversation; message?: Message | null; conversation_id?: Id; message_id?: Id; message_ids?: readonly Id[]; into?: Conversation;
  state?: MessageState; error?: MessageError | null; parts?: Part[]; [other: string]: unknown;
}

export interface Problem {
  type?: string; title?: string; status: number; code: string; detail?: string;
  errors?: { field: string; code: string; message: string }[]; params?: Record<string, unknown>;
}
