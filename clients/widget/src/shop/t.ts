/** The page's own t(): keys without `walkin.` in front, checked against the one catalogue. */

import type en from "../../../shared/messages/en.json";
import { type Catalogue, type Locale, type Params, write } from "../../../shared/t";

type Strip<K> = K extends `walkin.${infer Rest}` ? Rest : never;
export type TextKey = Strip<keyof typeof en>;
export type T = { (key: TextKey, params?: Params): string; readonly locale: Locale };

export function translator(locale: Locale, known: Catalogue): T {
  return Object.assign((key: TextKey, params?: Params) => write(known[key] ?? "", locale, params), { locale });
}

/** How long, in whole minutes, as people say it; a part of a minute is one. */
export function minutes(t: T, seconds: number): string {
  return seconds < 60 ? t("wait_soon") : t("wait", { count: Math.ceil(seconds / 60) });
}
