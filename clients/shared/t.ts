/** Texts: t("key", {name}) in the reader's language, with plurals and numbers by Intl. */
import type en from "./messages/en.json";

export type Locale = "en" | "es" | "pt";
export type Key = keyof typeof en;
export type Params = Readonly<Record<string, string | number>>;
type Text = string | { readonly one?: string; readonly many?: string; readonly other: string };
export type Catalogue = Readonly<Record<string, Text>>;

export const LOCALES: readonly Locale[] = ["en", "es", "pt"];

/** The closest language we have for what a browser or a profile asks for. */
export function closest(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const found = LOCALES.find((locale) => tag.toLowerCase().split(/[-_]/)[0] === locale);
    if (found) return found;
  }
  return "en";
}

/** Writes one text; `count` chooses the plural form. */
export function write(text: Text, locale: string, params: Params = {}): string {
  let form: string;
  if (typeof text === "string") form = text;
  else {
    const rule = new Intl.PluralRules(locale).select(Number(params.count ?? 0));
    form = text[rule as "one" | "many" | "other"] ?? text.other;
  }
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : value;
  });
}

/** Makes t() for one language. Keys the server names at run time go through `has` first. */
export function translator(locale: Locale, catalogue: Catalogue) {
  const t = (key: Key, params?: Params): string => write(catalogue[key] ?? key, locale, params);
  t.has = (key: string): key is Key => key in catalogue;
  t.locale = locale;
  return t;
}

export type T = ReturnType<typeof translator>;
