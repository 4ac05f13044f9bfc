/** What the panel knows: one object, drawn as a whole. */

import type { Sent } from "./outbox";
import type { Config, Conversation, Expectation, Looks, Message } from "./protocol";

export type Thread = {
  readonly messages: readonly Message[];
  readonly conversations: readonly Conversation[];
  readonly cursor: string;
};

export type State = {
  readonly phase: "starting" | "ready" | "unreachable";
  readonly config: Looks & Partial<Config>;
  readonly expectation?: Expectation;
  readonly thread: Thread;
  readonly outbox: readonly Sent[];
  readonly isUp: boolean;
  readonly typing: string;
  readonly unread: number;
  readonly verified: boolean;
  readonly hasOlder: boolean;
  readonly email: string;
};

export const NOTHING: Thread = { messages: [], conversations: [], cursor: "" };
