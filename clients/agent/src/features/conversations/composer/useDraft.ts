/** A draft per conversation and side, kept here at once and on the server soon after. */
import type { Id } from "@shared/types";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@lib/api";
import type { ChosenWay, Draft, DraftMeta } from "@lib/model";

export type Mode = "reply" | "note";
const LOCAL_MS = 250;
const SERVER_MS = 1200;
const EMPTY: Draft = { text: "", meta: {} };

const nameOf = (id: Id, mode: Mode): string => `hilo.draft.${id}.${mode}`;
const where = (id: Id, mode: Mode): string => `/conversations/${id}/drafts/${mode}`;

export function local(id: Id, mode: Mode): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(nameOf(id, mode)) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

export function keepLocally(id: Id, mode: Mode, draft: Draft): void {
  localStorage.setItem(nameOf(id, mode), JSON.stringify(draft));
}

/** What the server is told and asked about a draft goes one after the other: two on their way at once may arrive in the other order. */
const lines = new Map<string, Promise<unknown>>();
function inTurn<T>(name: string, call: () => Promise<T>): Promise<T> {
  const made = (lines.get(name) ?? Promise.resolve()).then(call);
  const over = made.then(() => undefined, () => undefined).then(() => {
    if (lines.get(name) === over) lines.delete(name);
  });
  lines.set(name, over);
  return made;
}

type Change = Partial<{ text: string; meta: DraftMeta }>;
export type Saving = "idle" | "saving" | "saved";

export function useDraft(id: Id, mode: Mode) {
  const [draft, show] = useState<Draft>(() => local(id, mode) ?? EMPTY);
  // Also true when nothing is on the screen any more: a reply taken back later still finds its place.
  const held = useRef(draft);
  const setDraft = useCallback((next: Draft) => {
    held.current = next;
    show(next);
  }, []);
  const [saving, setSaving] = useState<Saving>("idle");
  const timers = useRef<{ local?: ReturnType<typeof setTimeout>; server?: ReturnType<typeof setTimeout> }>({});
  const pending = useRef<Draft | null>(null);
  const edited = useRef(false);
  /** Counts what happened to what is shown: an answer that comes later says nothing about it. */
  const turn = useRef(0);

  const keep = useCallback(() => {
    const waiting = pending.current;
    clearTimeout(timers.current.server);
    if (!waiting) return;
    pending.current = null;
    clearTimeout(timers.current.local);
    const empty = !waiting.text.trim() && !waiting.meta?.attachments?.length && !waiting.meta?.way && !waiting.meta?.quote;
    if (empty) localStorage.removeItem(nameOf(id, mode));
    else keepLocally(id, mode, waiting);
    const mine = ++turn.current;
    const say = (how: Saving): void => {
      if (mine === turn.current) setSaving(how);
    };
    inTurn(nameOf(id, mode), () => (empty ? api.delete(where(id, mode)) : api.put(where(id, mode), { text: waiting.text, meta: waiting.meta ?? {} })))
      .then(() => say(empty ? "idle" : "saved"), () => say("idle"));
  }, [id, mode]);

  useEffect(() => {
    edited.current = false;
    turn.current += 1;
    let gone = false;
    setDraft(local(id, mode) ?? EMPTY);
    setSaving("idle");
    inTurn(nameOf(id, mode), () => api.get<{ items: (Draft & { kind: Mode })[] }>(`/conversations/${id}/drafts`)).then(({ items }) => {
      const stored = items.find((one) => one.kind === mode);
      if (!gone && !edited.current && !local(id, mode) && (stored?.text || stored?.meta?.way)) setDraft({ text: stored.text, meta: stored.meta ?? {} });
    }, () => undefined);
    return () => {
      gone = true;
      keep();
    };
  }, [id, mode, keep, setDraft]);

  const change = useCallback((next: Change | ((now: Draft) => Change)) => {
    edited.current = true;
    turn.current += 1;
    setSaving("saving");
    const made = { ...held.current, ...(typeof next === "function" ? next(held.current) : next) };
    setDraft(made);
    pending.current = made;
    clearTimeout(timers.current.local);
    timers.current.local = setTimeout(() => keepLocally(id, mode, made), LOCAL_MS);
    clearTimeout(timers.current.server);
    timers.current.server = setTimeout(keep, SERVER_MS);
  }, [id, mode, keep, setDraft]);

  /** After sending: nothing is left, here or there, but the way that was chosen. */
  const clear = useCallback((way?: ChosenWay) => {
    clearTimeout(timers.current.local);
    clearTimeout(timers.current.server);
    pending.current = null;
    edited.current = true;
    turn.current += 1;
    localStorage.removeItem(nameOf(id, mode));
    setDraft(way ? { ...EMPTY, meta: { way } } : EMPTY);
    setSaving("idle");
    inTurn(nameOf(id, mode), () => api.delete(where(id, mode))).catch(() => undefined);
  }, [id, mode, setDraft]);

  return { draft, saving, change, clear, held };
}
