/** An account's settings form, made from the channel's manifest. */
import type { Setting } from "@lib/model";

/** Whether a field counts beside the choices made: what does not is neither shown nor sent. */
export const counts = (one: Setting, chosen: (name: string) => unknown): boolean =>
  Object.entries(one.when ?? {}).every(([name, values]) => values.includes(String(chosen(name) ?? "")));

/** What the form says, in the kinds the manifest names. A secret left empty stays as it was. */
export function readSettings(form: FormData, settings: readonly Setting[], keep: readonly string[] = []): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const one of settings) {
    if (!counts(one, (name) => form.get(name))) continue;
    const text = String(form.get(one.name) ?? "").trim();
    if (one.kind === "bool") read[one.name] = form.get(one.name) === "on";
    else if (one.kind === "number") {
      if (text) read[one.name] = Number(text);
    } else if (one.kind === "list") read[one.name] = text.split("\n").map((part) => part.trim()).filter(Boolean);
    else if (one.kind === "questions") read[one.name] = JSON.parse(text || "[]") as unknown;
    else if (one.kind === "secret") {
      if (text) read[one.name] = text;
    } else if (text || one.required || keep.includes(one.name)) read[one.name] = text;
  }
  return read;
}
