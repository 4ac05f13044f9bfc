import { expect, it } from "vitest";
import { fuzzy } from "./fuzzy";

it.each([
  ["resolve", "Resolve"], ["rslv", "Resolve"], ["go con", "Go to contacts"], ["gtc", "Go to contacts"], ["fernandez", "Laura Fernández"],
  ["posp", "Posponer"], ["etq", "Etiqueta"],
])("finds by %s what is called %s", (typed, text) => expect(fuzzy(typed, text)).toBe(true));

it.each([["lvr", "Resolve"], ["xyz", "Resolve"], ["rsz", "Resolve"]])(
  "does not find by %s what is called %s", (typed, text) => expect(fuzzy(typed, text)).toBe(false));
