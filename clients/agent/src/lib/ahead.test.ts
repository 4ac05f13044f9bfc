// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hold, isHolding, keep } from "./ahead";

const heard: string[] = [];
const listen = (event: KeyboardEvent): void => void heard.push(event.key);
const stroke = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
/** As the page does it: true when the stroke was kept. */
function type(key: string, alone = false, more: KeyboardEventInit = {}): boolean {
  const event = stroke(key, more);
  if (isHolding()) keep(event, alone);
  return event.defaultPrevented;
}
const settled = () => vi.waitFor(() => expect(isHolding()).toBe(false));

beforeEach(() => {
  heard.length = 0;
  document.body.innerHTML = "";
  document.addEventListener("keydown", listen);
  document.execCommand = () => true;
});
afterEach(() => document.removeEventListener("keydown", listen));

describe("keys before their answer", () => {
  it("are kept from the first that only what comes can answer, and given in their order", async () => {
    const release = hold("page");
    expect([type("j"), type("p", true), type("u"), type("Enter")]).toEqual([false, true, true, true]);
    release();
    await settled();
    expect(heard).toEqual(["p", "u", "Enter"]);
  });

  it("leave the browser its chords and the writer of another alphabet alone", () => {
    const release = hold("page");
    expect([type("p", true, { ctrlKey: true }), type("Tab", true), type("か", true, { isComposing: true })]).toEqual([false, false, false]);
    release();
  });

  it("wait for the focus of a layer", async () => {
    const release = hold("layer");
    expect(type("u")).toBe(true);
    release();
    await new Promise((done) => setTimeout(done, 100));
    expect(heard).toEqual([]);
    document.body.innerHTML = '<div role="dialog" aria-modal="true"><input></div>';
    document.querySelector("input")!.focus();
    await settled();
    expect(heard).toEqual(["u"]);
  });

  it("are not for a page one went to meanwhile", async () => {
    const release = hold("page");
    type("e", true);
    history.pushState(null, "", "/elsewhere");
    release();
    await settled();
    expect(heard).toEqual([]);
  });

  it("wait for all that is coming", async () => {
    const [one, two] = [hold("page"), hold("page")];
    type("e", true);
    one();
    await new Promise((done) => setTimeout(done, 50));
    expect(heard).toEqual([]);
    two();
    await settled();
    expect(heard).toEqual(["e"]);
  });
});
