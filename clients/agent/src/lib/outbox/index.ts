/** The outbox of this page: fed by acts and replies, woken when the connection is back. */
import type { Conversation, Id } from "@shared/types";
import { api, type ApiError } from "../api";
import { setOverlay, showConversation, showMessage, showWritten } from "../cache";
import { confirmed } from "../kept";
import { connected } from "../live";
import { store } from "../store";
import { over, without, withWaiting, type Intent } from "./intent";
import { Outbox, type Answer } from "./outbox";
import { shelf } from "./shelf";

export interface Waiting { count: number; troubled: boolean }
export const waiting = store<Waiting>({ count: 0, troubled: false });

type Told = { refused: (intent: Intent, error: ApiError) => void; done: (intent: Intent, answer: Answer) => void };
let told: Told = { refused: () => undefined, done: () => undefined };

/** Who says on the screen what became of an intent, also of one that an earlier page left. */
export function tellOutcomes(by: Told): void {
  told = by;
}

/** By conversation: the last reply of this page that the server took as one that nobody else's came before. */
const seen = new Map<Id, number>();

/** One's own reply before this one makes it no stale one. */
async function send({ method, path, body, id, conversation }: Intent): Promise<Answer> {
  const asked = body as { if_last_seq?: number } | undefined;
  const guarded = asked?.if_last_seq !== undefined;
  const given = guarded ? { ...asked, if_last_seq: Math.max(asked.if_last_seq!, seen.get(conversation) ?? 0) } : body;
  await confirmed();
  const answer = await api.call<Answer>(method, path, given, id);
  if (guarded && answer && "seq" in answer) seen.set(conversation, answer.seq);
  return answer;
}

export const outbox = new Outbox({
  shelf: shelf(), send,
  look: (id) => api.get<Conversation>(`/conversations/${id}`),
  others,
  onChange: () => waiting.set(() => ({ count: outbox.all.length, troubled: outbox.troubled })),
  onWaiting: ({ message }) => message && showMessage({ ...message, meta: { ...message.meta, waiting: true } }),
  onDone: (intent, answer) => {
    if (answer && "seq" in answer) showWritten(answer);
    else if (answer?.id) showConversation(answer);
    told.done(intent, answer);
  },
  onRefused: (intent, error) => told.refused(intent, error),
});

setOverlay({
  conversation: (one) => over(one, outbox.all),
  messages: (id, items) => withWaiting(items, id, outbox.all),
});

export { without };
export type { Bound, Call, Intent } from "./intent";

/** Pages of this browser hold a lock each while they are open, so that the others know what was left behind. */
const lockOf = (tab: string): string => `hilo.tab.${tab}`;
async function others(): Promise<ReadonlySet<string> | null> {
  if (!("locks" in navigator)) return null;
  const { held = [] } = await navigator.locks.query();
  return new Set(held.flatMap(({ name }) => (name?.startsWith("hilo.tab.") ? [name.slice("hilo.tab.".length)] : [])));
}

let watching = false;
/** Begins to send for this agent; for nobody when one signs out. */
export async function beginOutbox(agent: Id | null): Promise<void> {
  if (!watching) {
    watching = true;
    if ("locks" in navigator) void navigator.locks.request(lockOf(outbox.tab), () => new Promise(() => undefined));
    addEventListener("online", () => outbox.wake());
    connected.subscribe(() => {
      if (!connected.get()) return;
      outbox.wake();
      void outbox.adopt();
    });
  }
  await outbox.begin(agent);
}
