/** A channel's form: what counts beside the choices made, and what is sent. */
import type { Setting } from "@lib/model";
import { expect, test } from "vitest";
import { counts, readSettings } from "./form";

const one = (name: string, more: Partial<Setting> = {}): Setting => ({
  name, kind: "text", required: false, default: null, choices: [], advanced: false, ...more });
const SETTINGS = [
  one("sign_in", { kind: "choice", choices: ["password", "consent"] }),
  one("password", { kind: "secret", when: { sign_in: ["password"] } }),
  one("client", { required: true, when: { sign_in: ["consent"] } }),
];

function form(given: Record<string, string>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(given)) made.set(name, value);
  return made;
}

test("a field without a condition counts always", () => {
  expect(counts(SETTINGS[0]!, () => undefined)).toBe(true);
});

test("what does not count beside the choice is not sent, not even empty", () => {
  expect(readSettings(form({ sign_in: "password", password: "s3cret" }), SETTINGS)).toEqual({ sign_in: "password", password: "s3cret" });
  expect(readSettings(form({ sign_in: "consent", client: "c1" }), SETTINGS)).toEqual({ sign_in: "consent", client: "c1" });
});
