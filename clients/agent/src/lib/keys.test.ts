import { describe, expect, it } from "vitest";
import { AREAS, cap, DEFAULTS, match, takenBy, type Stroke } from "./keys";

const press = (key: string, more: Partial<Stroke> = {}): Stroke =>
  ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, isComposing: false, typing: false, ...more });
const act = (stroke: Stroke, first = "", letters = true) => match(stroke, first, DEFAULTS, letters).action;

describe("the keyboard", () => {
  it("answers letters outside of text only", () => {
    expect(act(press("e"))).toBe("resolve");
    expect(act(press("e", { typing: true }))).toBeNull();
    expect(act(press("e"), "", false)).toBeNull();
    expect(act(press("e", { isComposing: true }))).toBeNull();
    expect(act(press("e", { altKey: true }))).toBeNull();
  });

  it("leaves the browser its own chords", () => {
    for (const key of ["c", "v", "x", "a", "l", "r", "t", "w", "n", "p", "s", "f", "z"]) {
      expect([key, act(press(key, { ctrlKey: true, typing: true }))]).toEqual([key, null]);
    }
  });

  it("sends while typing", () => {
    expect(act(press("Enter", { ctrlKey: true, typing: true }))).toBe("send");
    expect(act(press("Enter", { metaKey: true, shiftKey: true, typing: true }))).toBe("send_resolve");
    expect(act(press("k", { metaKey: true, typing: true }))).toBe("palette");
  });

  it("goes by two keys", () => {
    const first = match(press("g"), "", DEFAULTS, true);
    expect(first).toEqual({ action: null, first: "g" });
    expect(act(press("c"), first.first)).toBe("go_contacts");
    expect(act(press("q"), first.first)).toBeNull();
  });

  it("reads signs that need Shift", () => {
    expect(act(press("?", { shiftKey: true }))).toBe("help");
    expect(cap("mod+enter")).toMatch(/↵$/);
  });

  it("has no key twice and names every key it offers to change", () => {
    const keys = Object.values(DEFAULTS);
    expect(new Set(keys).size).toBe(keys.length);
    expect(takenBy(DEFAULTS, "note", "r")).toBe("reply");
    expect(takenBy(DEFAULTS, "note", "g")).toBe("go_inbox");
    expect(takenBy(DEFAULTS, "note", "q")).toBeNull();
    for (const area of AREAS) for (const [action] of area.actions) expect(DEFAULTS[action]).toBeTruthy();
  });
});
