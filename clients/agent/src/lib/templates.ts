/** Templates: which are offered, what one reads when its gaps are filled. Pure. */
import type { Template } from "@lib/model";

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export const keyOf = (one: Template): string => `${one.name} ${one.language}`;

/** A place in the header can be given by nobody here. */
export const isUsable = (one: Template): boolean => one.status === "approved" && one.header !== "location";

export const wantsFile = (one: Template): boolean => ["image", "video", "document"].includes(one.header);

/** Which files its header takes, for the file dialog. */
export const accepted = (one: Template): string => ({ image: "image/*", video: "video/*", document: "" } as Record<string, string>)[one.header] ?? "";

/** Those that match what is searched for, the usable ones first. language: empty for all. */
export function found(all: readonly Template[], typed: string, language: string): Template[] {
  const words = fold(typed.trim()).split(/\s+/).filter(Boolean);
  const fits = (one: Template): boolean => {
    const text = fold(`${one.name.replaceAll("_", " ")} ${one.name} ${one.body} ${one.header_text} ${one.category}`);
    return (!language || one.language === language) && words.every((word) => text.includes(word));
  };
  return all.filter(fits).toSorted((a, b) => Number(isUsable(b)) - Number(isUsable(a)) || a.name.localeCompare(b.name) || a.language.localeCompare(b.language));
}

export const languages = (all: readonly Template[]): string[] => [...new Set(all.map((one) => one.language))].toSorted();

/** The language the reader of the message most likely has, of those there are. */
export function likely(all: readonly Template[], wanted: readonly string[]): string {
  const known = languages(all);
  for (const one of wanted) {
    const base = one.toLowerCase().split(/[-_]/)[0];
    const hit = known.find((tag) => tag.toLowerCase() === one.toLowerCase()) ?? known.find((tag) => tag.toLowerCase().split(/[-_]/)[0] === base);
    if (base && hit) return hit;
  }
  return "";
}

export interface Piece { text: string; gap: boolean }

/** The words in pieces: what is still open is a gap that shows its name. */
export function pieces(body: string, names: readonly string[], values: Readonly<Record<string, string>>): Piece[] {
  const known = new Set(names);
  return body.split(/(\{\{[^{}]+\}\})/).filter(Boolean).map((part): Piece => {
    const name = /^\{\{([^{}]+)\}\}$/.exec(part)?.[1];
    if (name === undefined || !known.has(name)) return { text: part, gap: false };
    const value = values[name]?.trim();
    return value ? { text: value, gap: false } : { text: part, gap: true };
  });
}

export const missing = (one: Template, values: Readonly<Record<string, string>>): string[] => one.variables.filter((name) => !values[name]?.trim());

export const said = (one: Template, values: Readonly<Record<string, string>>): string =>
  pieces(one.body, one.variables, values).map((piece) => piece.text).join("");
