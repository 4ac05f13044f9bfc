/**
 * What a site loads: the launcher and `window.hilo`, nothing else. The button lives in a closed shadow root; the
 * panel is a frame of our own origin, made when the visitor shows the intent. No style tag, no inline script, no
 * request of its own: a page's policy needs only our origin in script-src and frame-src.
 */

import { isOurs, type ToHost, type ToPanel } from "./protocol";

type Boot = {
  readonly account: string;
  readonly fill: string;
  readonly on: string;
  readonly position: "left" | "right";
  readonly text: string;
  readonly lang: string;
  readonly hide: readonly string[];
  /** Whether agents are told which pages somebody looks at who has written. */
  readonly pages: boolean;
  /** open, close, and "{count}" of unread answers, in that language. */
  readonly words: readonly [string, string, string];
};
type Listener = (data: unknown) => void;

declare const hiloBoot: Boot;

const boot = hiloBoot;
const script = document.currentScript as HTMLScriptElement | null;
const origin = new URL(script?.src ?? location.href).origin;
const CSS = `:host{all:initial;position:fixed;z-index:2147483000;inset:auto ${boot.position === "left" ? "auto 0 20px" : "20px 0 auto"};bottom:20px;color-scheme:light dark}
div{font:500 14px/20px system-ui,sans-serif}
button{position:relative;display:flex;align-items:center;gap:10px;height:56px;min-width:56px;padding:0 14px;border:0;border-radius:28px;font:inherit;color:${boot.on};background:${boot.fill};box-shadow:0 2px 10px rgb(0 0 0/.22);cursor:pointer}
button:focus-visible{outline:3px solid ${boot.fill};outline-offset:3px}
svg{width:28px;height:28px;fill:none;stroke:currentColor;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;padding:0 6px;box-sizing:border-box;border-radius:11px;border:2px solid #fff;font:700 12px/18px system-ui,sans-serif;color:#fff;background:#b3261e}
[hidden]{display:none!important}
iframe{position:absolute;bottom:68px;${boot.position}:0;visibility:hidden;border:0;width:380px;height:min(640px,100vh - 116px);border-radius:12px;outline:1px solid #8883;box-shadow:0 4px 24px rgb(0 0 0/.2);background:Canvas}
.open iframe{visibility:visible}
@media(max-width:479px){iframe{position:fixed;inset:0;width:100%;height:100%;height:100dvh;border-radius:0}.open button{display:none}}
@media(prefers-reduced-motion:no-preference){.open iframe{animation:i .16s ease-out}@keyframes i{from{opacity:0;transform:translateY(8px)}}}
@media print{:host{display:none}}`;
const CHAT = "M4 5h16v11h-8.5l-4.5 4v-4h-3z";
const CROSS = "M6 6l12 12M18 6 6 18";

const flag = `hilo:${boot.account}`;
const prefix = `${flag}:`;
const listeners = new Map<string, Set<Listener>>();
const waiting: ToPanel[] = [];
let frame: HTMLIFrameElement | undefined;
let isReady = false;
let isAwake = false;
let isOpen = false;
let unread = 0;
let flashing: ReturnType<typeof setInterval> | undefined;
let title = "";

const host = document.createElement("div");
const root = host.attachShadow({ mode: "closed" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
root.adoptedStyleSheets = [sheet];
const box = document.createElement("div");
const button = document.createElement("button");
const badge = document.createElement("b");
const label = document.createElement("span");
const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
svg.append(path);
svg.setAttribute("viewBox", "0 0 24 24");
svg.setAttribute("aria-hidden", "true");
label.textContent = boot.text;
button.append(svg, label, badge);
box.append(button);
root.append(box);

function draw(): void {
  const [open, close, count] = boot.words;
  const isQuiet = unread === 0 || isOpen;
  path.setAttribute("d", isOpen ? CROSS : CHAT);
  button.setAttribute("aria-expanded", String(isOpen));
  button.ariaLabel = isOpen ? close : isQuiet ? open : `${open}. ${count.replace("{count}", String(unread))}`;
  label.hidden = isOpen || !boot.text;
  badge.hidden = isQuiet;
  badge.textContent = unread > 9 ? "9+" : String(unread);
  box.className = isOpen ? "open" : "";
  flash();
}

/** The number goes to and fro in the tab's title while nobody looks at the page. */
function flash(): void {
  const should = unread > 0 && document.hidden;
  if (should === (flashing !== undefined)) return;
  if (should) {
    title = document.title;
    flashing = setInterval(() => {
      document.title = document.title === title ? `(${unread}) ${title}` : title;
    }, 1000);
  } else {
    clearInterval(flashing);
    flashing = undefined;
    document.title = title;
  }
}

function emit(name: string, data?: unknown): void {
  for (const each of listeners.get(name) ?? []) each(data);
}

/** The page's own storage; nothing where that is forbidden, too. */
function withStorage<T>(use: (kept: Storage) => T): T | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined;
  }
}

function give(values: Readonly<Record<string, string | null>>): void {
  frame?.contentWindow?.postMessage({ hilo: 1, type: "kept", values } satisfies ToPanel, origin);
}

function keep(key: string, value: string | null): void {
  withStorage((kept) => (value === null ? kept.removeItem(key) : kept.setItem(key, value)));
}

function post(message: ToPanel): void {
  if (isReady) frame?.contentWindow?.postMessage(message, origin);
  else waiting.push(message);
}

/** A panel that waits ready: loaded and drawn, it asks and stores nothing until it is woken. */
function make(): void {
  if (frame) return;
  frame = document.createElement("iframe");
  frame.src = `${origin}/widget/panel.html?account=${boot.account}&lang=${boot.lang}`;
  frame.title = boot.words[0];
  frame.allow = "clipboard-write;microphone";
  box.prepend(frame);
}

/** The visitor means it: the session begins while the finger is on its way. */
function wake(): void {
  make();
  if (!isAwake) post({ hilo: 1, type: "wake" });
  isAwake = true;
}

/**
 * The panel gets the keys, unless the visitor writes on the page itself. Never before it is there: a frame that has the
 * focus while it changes its process loses the keyboard, though the page believes otherwise.
 */
function tell(): void {
  const isWriting = document.activeElement?.matches("input,textarea,select,[contenteditable]");
  const focus = isOpen && !isWriting;
  if (focus && isReady) frame?.focus();
  post({ hilo: 1, type: "shown", open: isOpen, focus });
}

function show(open: boolean): void {
  if (open === isOpen) return;
  const hadFocus = document.activeElement === host;
  isOpen = open;
  if (open) make();
  draw();
  post({ hilo: 1, type: "page", url: location.href });
  tell();
  if (!open && hadFocus) button.focus();
  emit(open ? "open" : "close");
}

addEventListener("message", (event: MessageEvent<unknown>) => {
  if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
  if (!isOurs<ToHost>(event.data)) return;
  const data = event.data;
  if (data.type === "ready") {
    isReady = true;
    for (const each of waiting.splice(0)) post(each);
    tell();
    emit("ready");
  } else if (data.type === "close") show(false);
  else if (data.type === "ask") give(withStorage((kept) => Object.fromEntries(Object.entries({ ...kept }).filter(([key]) => key.startsWith(prefix)))) ?? {});
  else if (data.type === "keep" && data.key.startsWith(prefix)) keep(data.key, data.value);
  else if (data.type === "unread") {
    unread = Number(data.count) || 0;
    keep(flag, data.talking ? "1" : null);
    draw();
    emit("unread", unread);
  } else if (data.type === "message") emit("message", { id: data.id, text: data.text, author: data.author });
});
addEventListener("storage", ({ key, newValue }) => {
  if (key?.startsWith(prefix)) give({ [key]: newValue });
});
document.addEventListener("visibilitychange", flash);
button.onpointerenter = button.onfocus = wake;
button.onclick = () => show(!isOpen);

const api = {
  open: () => show(true),
  close: () => show(false),
  identify: (who: string | Record<string, unknown> | null) => {
    // A signed identity lives for minutes, and a sign-out has something to forget; facts can wait for the panel.
    if (who === null || typeof who === "string") soon(make);
    post({ hilo: 1, type: "identify", who });
  },
  track: (name: string, data: Record<string, unknown> = {}) => {
    make();
    post({ hilo: 1, type: "track", name, data });
  },
  on: (name: string, listener: Listener) => {
    const all = listeners.get(name) ?? new Set();
    listeners.set(name, all.add(listener));
    if (name === "ready" && isReady) listener(undefined);
    return () => all.delete(listener);
  },
  /** Calls made before the script was there: `(window.hilo ||= []).push(["open"])`. */
  push: ([name, ...given]: [string, ...unknown[]]) => (api as unknown as Record<string, (...all: unknown[]) => unknown>)[name]?.(...given),
};

function soon(what: () => void): void {
  (window.requestIdleCallback ?? setTimeout)(what);
}

/** Once the page has everything of its own: the chat takes nothing from it. */
function afterwards(what: () => void): void {
  if (document.readyState === "complete") soon(what);
  else addEventListener("load", () => soon(what));
}

/** The visitor came to a page: the first one, or another of a site that loads only once. */
let at = "";
function arrive(): void {
  if (at === (at = location.href)) return;
  button.hidden = boot.hide.some((each) =>
    each.endsWith("*") ? location.pathname.startsWith(each.slice(0, -1)) : location.pathname === each,
  );
  if (withStorage((kept) => kept.getItem(flag))) {
    soon(wake);
    if (boot.pages) {
      post({ hilo: 1, type: "page", url: at });
      post({ hilo: 1, type: "track", name: "page", data: { title: document.title } });
    }
  } else if (!button.hidden && !(navigator as { connection?: { saveData?: boolean } }).connection?.saveData) afterwards(make);
}

function begin(): void {
  document.body.append(host);
  draw();
  arrive();
  (window as { navigation?: EventTarget }).navigation?.addEventListener("navigatesuccess", () => soon(arrive));
}

const page = window as unknown as { hilo?: typeof api | unknown[] };
const early = Array.isArray(page.hilo) ? page.hilo : [];
page.hilo = api;
if (document.body) begin();
else addEventListener("DOMContentLoaded", begin);
for (const each of early) api.push(each as [string]);
