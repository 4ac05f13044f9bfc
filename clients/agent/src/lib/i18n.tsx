/** Language of the whole console; it can change while one works. */
import { translator, type Catalogue, type Key, type Locale, type T } from "@shared/t";
import { createContext, use } from "react";
import { ApiError } from "./api";
import { store, useStore } from "./store";

const LOADERS: Record<Locale, () => Promise<{ default: unknown }>> = {
  en: () => import("@shared/messages/en.json"),
  es: () => import("@shared/messages/es.json"),
  pt: () => import("@shared/messages/pt.json"),
};

const texts = store<T>(translator("en", {}));
const learned: Record<Locale, Record<string, string>> = { en: {}, es: {}, pt: {} };
let spoken: { locale: Locale; catalogue: Catalogue } = { locale: "en", catalogue: {} };
const Context = createContext<T | null>(null);

/** Loads a language, then shows it everywhere at once. */
export async function speak(locale: Locale): Promise<void> {
  const catalogue = (await LOADERS[locale]()).default as Catalogue;
  document.documentElement.lang = locale;
  localStorage.setItem("hilo.locale", locale);
  spoken = { locale, catalogue };
  retell();
}

/** What somebody outside reads, in their language; in one's own where theirs is not known here. */
export async function tellIn(locale: string): Promise<T> {
  const known = locale.slice(0, 2).toLowerCase() as Locale;
  const load = LOADERS[known];
  if (!load || known === spoken.locale) return now();
  const catalogue = (await load()).default as Catalogue;
  return translator(known, { ...learned[known], ...catalogue });
}

/** Channels bring their own texts: what they and their settings are called. */
export function learn(channels: readonly { id: string; texts?: Partial<Record<Locale, Record<string, string>>> }[]): void {
  for (const { id, texts: own } of channels)
    for (const [locale, said] of Object.entries(own ?? {}) as [Locale, Record<string, string>][])
      for (const [key, text] of Object.entries(said)) learned[locale][`channel.${id}.${key}`] = text;
  retell();
}

function retell(): void {
  const { locale, catalogue } = spoken;
  texts.set(() => translator(locale, { ...learned[locale], ...catalogue }));
}

export function Speech({ children }: { children: React.ReactNode }) {
  const current = useStore(texts);
  return <Context value={current}>{children}</Context>;
}

export function useT(): T {
  const t = use(Context);
  return t ?? texts.get();
}

/** The texts outside of components: toasts, announcements. */
export const now = (): T => texts.get();

/** A key made at run time, with a fallback when the catalogue does not know it. */
export function sayOr(t: T, key: string, fallback: string, params?: Record<string, string | number>): string {
  return t.has(key) ? t(key as Key, params) : fallback;
}

/** What went wrong, as a sentence. A field error names what the server expected. */
export function reasonOf(t: T, error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.internal");
  const known = `error.${error.code}`;
  return sayOr(t, known, t(error.status >= 500 ? "error.internal" : "error.bad-request"));
}

/** Messages by field for a form. `settings.host` also answers to `host`. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const pairs = (error.problem.errors ?? []).flatMap((one) => {
    const text = sayOr(now(), `field.${one.code}`, one.message);
    return [[one.field, text], [one.field.split(".").at(-1) ?? one.field, text]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}
