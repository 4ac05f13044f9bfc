/** Short notices at the foot of the page, and what a screen reader is told. */
import { newId } from "./api";
import { store } from "./store";

export interface Toast {
  id: string; text: string; kind: "info" | "error"; hint?: string | undefined;
  action?: { label: string; run: () => void } | undefined; until: number;
}

export const toasts = store<readonly Toast[]>([]);
export const announced = store<{ text: string; turn: number }>({ text: "", turn: 0 });

export function say(text: string, options: Partial<Omit<Toast, "id" | "text">> & { ms?: number } = {}): string {
  const id = newId();
  const ms = options.ms ?? (options.kind === "error" ? 10_000 : 5000);
  const toast: Toast = { kind: "info", ...options, id, text, until: Date.now() + ms };
  toasts.set((now) => [...now.slice(-2), toast]);
  setTimeout(() => dismiss(id), ms);
  return id;
}

export function dismiss(id: string): void {
  toasts.set((now) => (now.some((one) => one.id === id) ? now.filter((one) => one.id !== id) : now));
}

/** Politely, for screen readers only. */
export function announce(text: string): void {
  announced.set((now) => ({ text, turn: now.turn + 1 }));
}
