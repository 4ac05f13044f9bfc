/** What an agent did and the server does not know yet: enough to send it, to show it meanwhile, and to take it back. */
import type { Conversation, Id, Message } from "@shared/types";
import type { Draft } from "../model";

export interface Call { method: "POST" | "PUT" | "DELETE"; path: string; body?: unknown }

export interface Intent extends Call {
  /** The client's own name for it; the server does the same name once. */
  id: Id;
  /** Grows with every intent of this browser. */
  order: number;
  agent: Id;
  /** The page that looks after it. */
  tab: string;
  conversation: Id;
  /** An act: how the conversation looks meanwhile, and how it looked. */
  change?: Partial<Conversation>; before?: Conversation;
  /** A message: how it looks meanwhile, and what goes back into the composer. */
  message?: Message; draft?: Draft; mode?: "reply" | "note"; undo?: number;
  /** An act that waits for the message: kept with it, and told once that is taken, so that both are done or none. */
  after?: Bound;
  /** An act that has waited so: by which name. */
  bound?: string;
}
export interface Bound extends Call { id: Id; bound: string; change: Partial<Conversation>; before: Conversation }

/** What `add` is given; the rest is the outbox's. */
export type Given = Omit<Intent, "id" | "order" | "tab"> & { id?: Id };

/** The conversation as it will be when what waits has been done. Pure. */
export function over(one: Conversation, intents: readonly Intent[]): Conversation {
  return intents.reduce((now, intent) => (intent.conversation === one.id ? { ...now, ...intent.change, ...intent.after?.change } : now), one);
}

/** The conversation without a change that was refused: what nobody changed since is as it was. Pure. */
export function without(now: Conversation, intent: Intent): Conversation {
  const { change, before } = intent.after ?? intent;
  if (!change || !before) return now;
  const back = Object.entries(change).filter(([name, value]) => JSON.stringify(now[name as keyof Conversation]) === JSON.stringify(value))
    .map(([name]) => [name, before[name as keyof Conversation]]);
  return { ...now, ...Object.fromEntries(back) } as Conversation;
}

/** Messages of a page, newest first, with those that wait before them. Pure. */
export function withWaiting(items: readonly Message[], id: Id, intents: readonly Intent[]): Message[] {
  const waiting = intents.flatMap((one) => (one.conversation === id && one.message ? [one.message] : []));
  const known = new Set(items.map((one) => one.client_id).filter(Boolean));
  return [...waiting.filter((one) => !known.has(one.client_id)).reverse(), ...items];
}
