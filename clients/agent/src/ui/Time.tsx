/** Moments that stay true while they are shown. */
import { useSyncExternalStore } from "react";
import { useT } from "@lib/i18n";
import { ago, brief, exact, moment } from "@lib/time";

const listeners = new Set<() => void>();
let tick = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const one of listeners) one();
  }, 20_000);
  return () => listeners.delete(listener);
}

/** Now, renewed three times a minute. */
export function useNow(): Date {
  return new Date(useSyncExternalStore(subscribe, () => tick));
}

const STYLES = { brief, moment, ago };

export function Time({ at, as = "brief" }: { at: string; as?: keyof typeof STYLES }) {
  const t = useT();
  const now = useNow();
  return <time dateTime={at} title={exact(t, at)}>{STYLES[as](t, at, now)}</time>;
}
