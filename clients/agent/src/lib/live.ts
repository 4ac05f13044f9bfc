/** What the live stream brings to this page: events into the cache, marks of who looks and who types, counts. */
import type { Frame } from "@shared/socket";
import type { Id, LogEvent } from "@shared/types";
import { useEffect, useRef } from "react";
import { applyEvent, cache } from "./cache";
import type { Counts } from "./model";
import { store } from "./store";
import type { FromHub } from "./stream/hub";
import { openLine, type Line } from "./stream/line";

export interface Mark { agent_id: Id; agent_name: string; doing: "viewing" | "typing"; until: number }

const VIEWING_MS = 45_000;
const TYPING_MS = 8000;
/** How long a first snapshot waits for the stream. */
const AWAIT_MS = 600;
/** What the stream goes on with; anything else is asked for without it. */
const STREAMED: ReadonlySet<unknown> = new Set(["counts", "conversation", "conversations", "messages"]);

export const connected = store<boolean | null>(null);
export const marks = store<Readonly<Record<Id, readonly Mark[]>>>({});
export const contactTyping = store<Readonly<Record<Id, number>>>({});

let line: Line | null = null;
let joined = false;
let onGone: (why: "signed-out" | "switched") => void = () => undefined;
let self: Id = "";
let ready: (() => void) | null = null;
let readiness: Promise<unknown> = Promise.resolve();
/** Snapshots may have been taken before the stream ran: what happened between them is in neither. */
let isBehind = false;
const watchers = new Set<(event: LogEvent) => void>();

/** Resolves when the stream runs (or after a moment without it), so that a snapshot never misses what follows it. */
export const flowing = (): Promise<unknown> => readiness;

/** Called when the session ended or changed in another page of this browser. */
export function whenGone(act: (why: "signed-out" | "switched") => void): void {
  onGone = act;
}

export function connect(me: Id): void {
  if (joined) return;
  self = me;
  isBehind = false;
  readiness = Promise.race([
    new Promise<void>((resolve) => (ready = resolve)),
    new Promise<void>((resolve) => setTimeout(() => {
      isBehind = ready !== null;
      resolve();
    }, AWAIT_MS)),
  ]);
  if (!line) {
    line = openLine(hear);
    addEventListener("online", () => line?.send({ type: "nudge" }));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && line?.send({ type: "nudge" }));
    addEventListener("pagehide", () => joined && line?.send({ type: "leave" }));
    // Back from the browser's memory: what happened meanwhile was not heard.
    addEventListener("pageshow", (event) => {
      if (!event.persisted || !joined) return;
      line?.send({ type: "join", agent: self });
      void cache.invalidateQueries();
    });
  }
  joined = true;
  line.send({ type: "join", agent: me });
}

export function disconnect(): void {
  if (joined) line?.send({ type: "leave" });
  joined = false;
}

/** Signed out here: the browser's other pages learn it. */
export function signedOut(): void {
  if (joined) line?.send({ type: "out" });
  joined = false;
}

function hear(message: FromHub): void {
  if (!joined) return;
  if (message.type === "frame") onFrame(message.frame);
  else if (message.type === "live") connected.set(message.on);
  else {
    joined = false;
    onGone(message.why);
  }
}

/** Told of every event after the cache is patched. */
export function watch(listener: (event: LogEvent) => void): () => void {
  watchers.add(listener);
  return () => watchers.delete(listener);
}

function onFrame(frame: Frame): void {
  switch (frame.type) {
    case "hello":
      ready?.();
      ready = null;
      if (isBehind) void cache.invalidateQueries({ predicate: ({ queryKey }) => STREAMED.has(queryKey[0]) });
      isBehind = false;
      return;
    case "resync":
      void cache.invalidateQueries();
      return;
    case "counts":
      cache.setQueryData<Counts>(["counts"], frame.data as Counts);
      return;
    case "presence":
      mark(frame.data as { conversation_id: Id; agent_id: Id; agent_name: string; doing: string });
      return;
    case "contact_typing": {
      const { conversation_id: id, until } = frame.data as { conversation_id: Id; until: string };
      contactTyping.set((now) => ({ ...now, [id]: Math.min(Date.parse(until) || 0, Date.now() + TYPING_MS) }));
      setTimeout(sweep, TYPING_MS + 50);
      return;
    }
    case "pong":
      return;
    default: {
      const event = frame as unknown as LogEvent;
      if (!event.data) return;
      applyEvent(event);
      for (const watcher of watchers) watcher(event);
    }
  }
}

function mark(data: { conversation_id: Id; agent_id: Id; agent_name: string; doing: string }): void {
  if (data.agent_id === self) return;
  const ms = data.doing === "typing" ? TYPING_MS : VIEWING_MS;
  marks.set((now) => {
    const others = (now[data.conversation_id] ?? []).filter((one) => one.agent_id !== data.agent_id);
    const next = data.doing === "left" ? others : [...others, {
      agent_id: data.agent_id, agent_name: data.agent_name, doing: data.doing as Mark["doing"], until: Date.now() + ms }];
    return { ...now, [data.conversation_id]: next };
  });
  setTimeout(sweep, ms + 50);
}

/** Drops marks whose time has passed; a typing colleague who stopped is still looking. */
function sweep(): void {
  const at = Date.now();
  marks.set((now) => {
    if (!Object.values(now).some((list) => list.some((one) => one.until <= at))) return now;
    return Object.fromEntries(Object.entries(now).map(([id, list]) => [id, list.flatMap((one): Mark[] =>
      one.until > at ? [one] : one.doing === "typing" ? [{ ...one, doing: "viewing", until: at + VIEWING_MS - TYPING_MS }] : [])]));
  });
  contactTyping.set((now) => Object.fromEntries(Object.entries(now).filter(([, until]) => until > at)));
}

/** Tells colleagues that this agent looks at a conversation, while it is shown; answers a way to say "typing". */
export function usePresence(id: Id | undefined): () => void {
  const said = useRef(0);
  useEffect(() => {
    if (!id) return;
    said.current = 0;
    const tell = () => document.visibilityState === "visible" && line?.send({ type: "say", frame: { type: "viewing", conversation_id: id } });
    const first = setTimeout(tell, 350);
    const again = setInterval(tell, VIEWING_MS / 3);
    return () => {
      clearTimeout(first);
      clearInterval(again);
      line?.send({ type: "say", frame: { type: "left", conversation_id: id } });
    };
  }, [id]);
  return () => {
    if (!id || Date.now() - said.current < TYPING_MS / 3) return;
    said.current = Date.now();
    line?.send({ type: "say", frame: { type: "typing", conversation_id: id } });
  };
}
