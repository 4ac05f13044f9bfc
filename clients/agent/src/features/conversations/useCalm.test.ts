import type { Conversation } from "@shared/types";
import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useCalm } from "./useCalm";

const row = (id: string): Conversation => ({ id }) as Conversation;

function scrolled() {
  const element = document.createElement("div");
  const hook = renderHook(({ items }) => useCalm(items, { current: element }, "open:"), { initialProps: { items: [row("a"), row("b")] } });
  act(() => {
    element.scrollTop = 100;
    element.dispatchEvent(new Event("scroll"));
  });
  return hook;
}

describe("a calm list", () => {
  it("gives the same rows at every draw while nothing has come", () => {
    const { result, rerender } = scrolled();
    const { shown } = result.current;
    const items = [row("a"), row("b")];
    rerender({ items });
    const second = result.current.shown;
    rerender({ items });
    rerender({ items });
    expect(second).not.toBe(shown);
    expect(result.current.shown).toBe(second);
  });

  it("counts what has come without moving a row", () => {
    const { result, rerender } = scrolled();
    rerender({ items: [row("new"), row("a"), row("b")] });
    expect(result.current.shown.map((one) => one.id)).toEqual(["a", "b"]);
    expect(result.current.fresh).toBe(1);
  });
});
