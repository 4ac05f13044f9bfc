/** The keyboard: which key does what, and who answers. Letters sleep while one types. */
import type { Key } from "@shared/t";
import { useLayoutEffect, useRef } from "react";
import { isHolding, keep, layerShown } from "./ahead";
import { store } from "./store";

export type Action =
  | "next" | "previous" | "open" | "select" | "resolve" | "snooze" | "assign" | "take" | "tag" | "priority" | "macro" | "status"
  | "reply" | "note" | "undo" | "panel" | "search" | "help" | "palette" | "send" | "send_resolve" | "way" | "leave"
  | "view_1" | "view_2" | "view_3" | "view_4" | "view_5" | "view_6"
  | "go_inbox" | "go_contacts" | "go_playground" | "go_settings";
export type KeyMap = Record<Action, string>;

/** "mod" is Ctrl, or Command where there is one. "g i" is one key after the other. */
export const DEFAULTS: KeyMap = {
  next: "j", previous: "k", open: "o", select: "x", resolve: "e", snooze: "h", assign: "a", take: "i", tag: "l",
  priority: "p", macro: "m",
  status: "s", reply: "r", note: "n", undo: "z", panel: "]", search: "/", help: "?", palette: "mod+k",
  send: "mod+enter", send_resolve: "mod+shift+enter", way: "mod+.", leave: "escape",
  view_1: "1", view_2: "2", view_3: "3", view_4: "4", view_5: "5", view_6: "6",
  go_inbox: "g i", go_contacts: "g c", go_playground: "g p", go_settings: "g s",
};

/** What a person may change, by area, with its name. */
export const AREAS: readonly { title: Key; actions: readonly [Action, Key][] }[] = [
  { title: "keys.list", actions: [["next", "keys.next"], ["previous", "keys.previous"], ["open", "keys.open"], ["select", "keys.select"]] },
  { title: "keys.triage", actions: [
    ["resolve", "act.resolve"], ["snooze", "act.snooze"], ["assign", "act.assign"], ["take", "act.take"],
    ["tag", "act.tag"], ["priority", "act.priority"], ["macro", "act.macro"], ["status", "act.status"], ["undo", "keys.undo"]] },
  { title: "keys.thread", actions: [
    ["reply", "act.reply"], ["note", "act.note"], ["send", "keys.send"], ["send_resolve", "keys.send_resolve"], ["way", "keys.way"],
    ["panel", "act.panel"], ["leave", "keys.leave"]] },
  { title: "keys.anywhere", actions: [
    ["palette", "keys.palette"], ["search", "keys.search"], ["help", "keys.help"], ["go_inbox", "keys.go_inbox"],
    ["go_contacts", "keys.go_contacts"], ["go_playground", "keys.go_playground"], ["go_settings", "keys.go_settings"]] },
];

export const keymap = store<{ map: KeyMap; letters: boolean }>({ map: DEFAULTS, letters: true });

export function configureKeys(own: Record<string, string> | undefined, letters: boolean | undefined): void {
  keymap.set({ map: { ...DEFAULTS, ...own } as KeyMap, letters: letters ?? true });
}

export interface Stroke {
  key: string; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean; altKey: boolean; isComposing: boolean; typing: boolean;
}

/** The stroke as it is written in the map: "j", "?", "mod+shift+enter". */
export function nameOf(stroke: Stroke): string {
  const key = stroke.key.toLowerCase();
  const mod = stroke.ctrlKey || stroke.metaKey;
  const shift = stroke.shiftKey && (mod || key.length > 1);
  return `${mod ? "mod+" : ""}${shift ? "shift+" : ""}${key}`;
}

export interface Matched { action: Action | null; first: string }

/** Finds the action of a stroke; `first` carries the beginning of a two-key way. */
export function match(stroke: Stroke, first: string, map: KeyMap, letters: boolean): Matched {
  if (stroke.isComposing || stroke.key === "Process" || stroke.altKey) return { action: null, first: "" };
  const name = nameOf(stroke);
  const chord = name.startsWith("mod+") || name === "escape";
  if (!chord && (stroke.typing || !letters)) return { action: null, first: "" };
  const whole = first ? `${first} ${name}` : name;
  const entries = Object.entries(map) as [Action, string][];
  const found = entries.find(([, keys]) => keys === (whole === "enter" ? map.open : whole));
  if (found) return { action: found[0], first: "" };
  return { action: null, first: !first && entries.some(([, keys]) => keys.startsWith(`${name} `)) ? name : "" };
}

/** Who else has this key, for the profile's form. */
export function takenBy(map: KeyMap, action: Action, keys: string): Action | null {
  const clash = (Object.entries(map) as [Action, string][]).find(([other, own]) =>
    other !== action && (own === keys || own.startsWith(`${keys} `)));
  return clash?.[0] ?? null;
}

const MAC = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);
const SIGNS: Record<string, string> = { mod: MAC ? "⌘" : "Ctrl", shift: "⇧", enter: "↵", escape: "Esc", " ": "␣" };

/** How a key is written on its cap. */
export function cap(keys: string): string {
  return keys.split(" ").map((part) => part.split("+").map((one) => SIGNS[one] ?? one.toUpperCase()).join(MAC ? "" : " "))
    .join(" ");
}

type Handler = (event: KeyboardEvent) => boolean | void;
const handlers = new Map<Action, Handler[]>();
let first = "";
let forget: ReturnType<typeof setTimeout> | undefined;

function typingIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit", "color", "range"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.getAttribute("role") === "combobox";
}

function strokeOf(event: KeyboardEvent): Stroke {
  const { key, ctrlKey, metaKey, shiftKey, altKey, isComposing } = event;
  return { key, ctrlKey, metaKey, shiftKey, altKey, isComposing, typing: typingIn(event.target) };
}

/** Before anybody hears it: what is coming may be the one who answers. */
function onEarly(event: KeyboardEvent): void {
  if (!isHolding()) return;
  const { map, letters } = keymap.get();
  const { action } = match(strokeOf(event), first, map, letters);
  keep(event, action !== null && !handlers.get(action)?.length);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const { map, letters } = keymap.get();
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target !== document.body) return;
  const found = match(strokeOf(event), first, map, letters);
  clearTimeout(forget);
  first = found.first;
  if (first) forget = setTimeout(() => (first = ""), 1200);
  if (!found.action || (found.action !== "palette" && layerShown())) return;
  for (const handler of [...(handlers.get(found.action) ?? [])].reverse()) {
    if (handler(event) === false) continue;
    event.preventDefault();
    return;
  }
}

/** Answers keys while the component is shown; the newest answers first, `false` passes the key on. */
export function useKeys(own: Partial<Record<Action, Handler>>): void {
  const latest = useRef(own);
  // With what is seen, not some time after: a key follows the eye at once.
  useLayoutEffect(() => {
    latest.current = own;
  });
  const names = Object.keys(own).sort().join(" ");
  useLayoutEffect(() => {
    if (handlers.size === 0) {
      document.addEventListener("keydown", onEarly, true);
      document.addEventListener("keydown", onKey);
    }
    const mine = names.split(" ").filter(Boolean).map((name) => {
      const action = name as Action;
      const handler: Handler = (event) => latest.current[action]?.(event);
      handlers.set(action, [...(handlers.get(action) ?? []), handler]);
      return [action, handler] as const;
    });
    return () => {
      for (const [action, handler] of mine) {
        handlers.set(action, (handlers.get(action) ?? []).filter((one) => one !== handler));
      }
    };
  }, [names]);
}
