/** What one likes: theme, density, keys, language. Kept with the profile, applied at once. */
import { closest, type Locale } from "@shared/t";
import { api } from "./api";
import { cache } from "./cache";
import { speak } from "./i18n";
import { configureKeys } from "./keys";
import type { Me, Preferences } from "./model";
import { meQuery } from "./queries";
import { store } from "./store";

export type Theme = "auto" | "light" | "dark";
export const themeOf = store<Theme>((localStorage.getItem("hilo.theme") as Theme | null) ?? "auto");

export function showTheme(theme: Theme): void {
  localStorage.setItem("hilo.theme", theme);
  themeOf.set(theme);
}

/** The language before sign-in: the last one here, else the browser's. */
export function firstLocale(): Locale {
  const asked = new URLSearchParams(location.search).get("lang");
  return closest([asked, localStorage.getItem("hilo.locale"), ...navigator.languages].filter((one): one is string => Boolean(one)));
}

/** Puts a profile into effect. */
export async function apply(me: Me): Promise<void> {
  const own = me.agent.preferences ?? {};
  if (own.theme) showTheme(own.theme);
  configureKeys(own.keys, own.single_keys);
  if (me.agent.locale && me.agent.locale !== document.documentElement.lang) await speak(closest([me.agent.locale]));
}

/** One change after the other: all of them travel together, and the last must be the last for the server, too. */
let before: Promise<unknown> = Promise.resolve();

/** Changes the profile: shown at once, kept by the server; a refusal is thrown and taken back. */
export async function prefer(change: Preferences): Promise<void> {
  const me = cache.getQueryData<Me>(["me"]);
  if (!me) return;
  const next = { ...me, agent: { ...me.agent, preferences: { ...me.agent.preferences, ...change } } };
  cache.setQueryData(["me"], next);
  await apply(next);
  try {
    const kept = before.then(() => api.patch("/me", { preferences: next.agent.preferences }));
    before = kept.catch(() => undefined);
    await kept;
  } catch (error) {
    cache.setQueryData(["me"], me);
    await apply(me);
    throw error;
  }
}

export async function preferLocale(locale: Locale): Promise<void> {
  await speak(locale);
  const me = cache.getQueryData<Me>(["me"]);
  if (!me) return;
  cache.setQueryData(["me"], { ...me, agent: { ...me.agent, locale } });
  await api.patch("/me", { locale });
  await cache.invalidateQueries({ queryKey: meQuery.queryKey });
}
