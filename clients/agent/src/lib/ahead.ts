/**
 * Keys pressed before what answers them has arrived: kept, and given to it in their order. On a slow line one types as
 * fast as ever, and no letter of a word may be taken for a command.
 */
type Kept = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">;

const BETWEEN = new Set(["Enter", "Backspace", "ArrowDown", "ArrowUp", "Escape"]);
/** A layer is waited for so many frames, and so long: frames are quick on one machine and seconds on another. */
const LOOKS = 60;
const LATE_MS = 10_000;

let pages = 0;
let layers = 0;
let kept: Kept[] = [];
let place = "";
let over = false;
let giving = false;
let pressing = false;

/** The layer that has every key while it is open. */
export const layerShown = (): Element | null => document.querySelector('[role="dialog"][aria-modal="true"], [data-layer="picker"]');

/** Keep keys until the answer is called. A layer lies over the page, so that every key is meant for it. */
export function hold(what: "page" | "layer"): () => void {
  if (what === "layer") layers += 1;
  else pages += 1;
  return () => {
    if (what === "layer") layers -= 1;
    else pages -= 1;
    give();
  };
}

export const isHolding = (): boolean => (pages + layers > 0 || kept.length > 0) && !pressing;

/** Takes a stroke for what is coming. alone: it names an act, and nobody on the page does it. */
export function keep(event: KeyboardEvent, alone: boolean): void {
  const { key, ctrlKey, metaKey, shiftKey } = event;
  const isMeant = layers > 0 || kept.length > 0 || alone;
  const isText = !ctrlKey && !metaKey && !event.altKey && !event.isComposing && (key.length === 1 || BETWEEN.has(key));
  if (!isMeant || !isText) return;
  if (kept.length === 0) {
    place = location.pathname;
    over = layers > 0;
  }
  kept.push({ key, ctrlKey, metaKey, shiftKey });
  event.preventDefault();
  event.stopPropagation();
}

/** One after the other, each when what the one before it led to is on the screen. looks, until: how late a layer may be. */
function give(looks = LOOKS, until = performance.now() + LATE_MS): void {
  if (giving || pages + layers > 0 || kept.length === 0) return;
  giving = true;
  requestAnimationFrame(() => setTimeout(() => {
    giving = false;
    if (pages + layers > 0) return;
    const layer = layerShown();
    const isLate = over && !layer?.contains(document.activeElement);
    // Who went elsewhere meant none of them for where they are now, nor for the page below a layer that did not come.
    if (isLate ? looks <= 0 && performance.now() > until : !over && location.pathname !== place) kept = [];
    else if (isLate) give(looks - 1, until);
    else {
      over = false;
      place = location.pathname;
      press(kept.shift()!);
      give();
    }
  }));
}

/** As the keyboard would: a letter goes into the field that has the focus, anything else to whoever listens. */
function press(stroke: Kept): void {
  const target = document.activeElement ?? document.body;
  pressing = true;
  const isFree = target.dispatchEvent(new KeyboardEvent("keydown", { ...stroke, bubbles: true, cancelable: true }));
  pressing = false;
  if (!isFree) return;
  if (stroke.key.length === 1) document.execCommand("insertText", false, stroke.key);
  else if (stroke.key === "Enter") document.execCommand("insertLineBreak");
  else if (stroke.key === "Backspace") document.execCommand("delete");
}
