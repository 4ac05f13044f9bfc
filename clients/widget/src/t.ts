/** The widget's own t(): keys without `widget.` in front, checked against the one catalogue. */

import type en from "../../shared/messages/en.json";
import { type Catalogue, type Locale, type Params, write } from "../../shared/t";

type Strip<K> = K extends `widget.${infer Rest}` ? Rest : never;
export type TextKey = Strip<keyof typeof en>;
export type T = { (key: TextKey, params?: Params): string; readonly locale: Locale };

/** learn: adds the texts of a part that was loaded later. */
export function translator(locale: Locale, catalogue: Catalogue): { readonly t: T; readonly learn: (more: Catalogue) => void } {
  const known = { ...catalogue };
  const t = Object.assign((key: TextKey, params?: Params) => write(known[key] ?? "", locale, params), { locale });
  return { t, learn: (more) => Object.assign(known, more) };
}
