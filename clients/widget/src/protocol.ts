/** What panel, loader and server say to each other. Types and shape checks only. */

export type Attachment = {
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly url: string;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly state?: string;
};

export type Message = {
  readonly id: string;
  readonly conversation_id: string;
  readonly seq: number;
  readonly channel: string;
  readonly author: { readonly kind: "contact" | "agent" | "system"; readonly name: string };
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly at: string;
  readonly state: string;
  readonly client_id: string | null;
};

export type Conversation = {
  readonly id: string;
  readonly last_seq: number;
  readonly read_seq: number;
  readonly status: string;
};

/** back_at: when the office opens, while it is closed and nobody is there. before: how many wait longer, while nobody has the conversation. */
export type Expectation = { readonly online: boolean; readonly reply_s: number | null; readonly back_at?: string | null; readonly before?: number | null };

export type Brand = { readonly fill: string; readonly on: string; readonly ink: string; readonly "ink-dark": string };

/** What the panel shows first; the server writes it into the panel's page. */
export type Looks = {
  readonly title: string;
  /** The address of a picture; empty when there is none. */
  readonly logo: string;
  readonly greeting: Readonly<Record<string, string>>;
  readonly brand: Brand;
  readonly ask_consent: boolean;
  readonly limits: { readonly text_chars: number; readonly file_bytes: number; readonly files: number };
};

/** The rest of the account's settings; it comes with the session. */
export type Config = Looks & {
  readonly ask_email: boolean;
  /** How long a conversation that rests is kept; 0: until somebody deletes it. */
  readonly keep_days: number;
  readonly channels: Readonly<Record<string, string>>;
};

/** What happened since a cursor: messages by id, as they are now. */
export type Batch = {
  readonly messages: readonly Message[];
  readonly conversations: readonly Conversation[];
  readonly cursor: string;
  readonly more?: boolean;
};

/** A question before the first message. label: empty where the chat has its own words. */
export type Posed = {
  readonly name: string;
  readonly kind: "name" | "email" | "phone" | "text" | "choice";
  readonly required: boolean;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
};

export type Session = Batch & {
  readonly visitor_token: string;
  readonly visitor_id: string;
  readonly verified: boolean;
  readonly config: Config;
  readonly expectation: Expectation;
  readonly questions: readonly Posed[];
};

/** Frames of the socket, from the server. */
export type Frame =
  | ({ readonly type: "messages" } & Batch)
  | { readonly type: "typing"; readonly name: string; readonly until: string }
  | ({ readonly type: "expectation" } & Expectation)
  /** Something of the thread is gone for good: a new session tells what is left. */
  | { readonly type: "erased" }
  | { readonly type: "pong" };

/** From the host page to the panel. `hilo` marks our own messages on a shared wire. */
export type ToPanel =
  /** focus: the visitor's keys may go to the panel; false while it writes on the page itself. */
  | { readonly hilo: 1; readonly type: "shown"; readonly open: boolean; readonly focus: boolean }
  | { readonly hilo: 1; readonly type: "page"; readonly url: string }
  /** An intent: the session may begin. Before it a panel only waits. */
  | { readonly hilo: 1; readonly type: "wake" }
  | { readonly hilo: 1; readonly type: "identify"; readonly who: string | Readonly<Record<string, unknown>> | null }
  | { readonly hilo: 1; readonly type: "kept"; readonly values: Readonly<Record<string, string | null>> }
  | { readonly hilo: 1; readonly type: "track"; readonly name: string; readonly data: Readonly<Record<string, unknown>> };

/** From the panel to the host page. ask and keep: the page's storage, where the frame may have none. */
export type ToHost =
  | { readonly hilo: 1; readonly type: "ready" }
  | { readonly hilo: 1; readonly type: "close" }
  | { readonly hilo: 1; readonly type: "ask" }
  | { readonly hilo: 1; readonly type: "keep"; readonly key: string; readonly value: string | null }
  | { readonly hilo: 1; readonly type: "unread"; readonly count: number; readonly talking: boolean }
  | { readonly hilo: 1; readonly type: "message"; readonly id: string; readonly text: string; readonly author: string };

/** True for an object that bears our mark; whoever reads it passes over a type it does not know. */
export function isOurs<T>(data: unknown): data is T {
  return (data as { hilo?: unknown } | null)?.hilo === 1;
}
