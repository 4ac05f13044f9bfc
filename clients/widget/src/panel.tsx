/** The panel's start: a page of our own origin inside the site's frame. It trusts only the page that framed it. */

import { h, render } from "preact";
import type { Locale } from "../../shared/t";
import texts from "virtual:texts/panel";
import more from "virtual:texts/talk";
import "./panel.css";
import { Chat } from "./chat";
import { newId } from "./ids";
import type { Wire } from "./line";
import { isOurs, type ToHost, type ToPanel } from "./protocol";
import { own } from "./storage";
import { translator } from "./t";
import type * as Files from "./files";
import type * as Talk from "./talk";
import { App } from "./ui/App";
import type { Ui, View } from "./ui/ui";

const asked = new URLSearchParams(location.search);
const account = asked.get("account") ?? "";
const lang = asked.get("lang") ?? "";
const locale = (lang in texts ? lang : "en") as Locale;
const soundKey = `hilo:${account}:sound`;
const isFramed = parent !== window;
let talk: typeof Talk | undefined;
let live: Talk.Live | undefined;
let files: typeof Files | undefined;
// The page that framed us; where the browser does not say, its first message pins its origin.
let host = location.ancestorOrigins?.[0] ?? "";
let told = "";
let stored: (key: string | null) => void = () => undefined;
let ui: Ui = { isOpen: !isFramed, hasSound: false, text: "", picked: [], problem: "", notice: "", below: 0, isEmailWrong: false, isForgetting: false };

function tell(message: ToHost): void {
  if (isFramed) parent.postMessage(message, host || "*");
}

async function ring(): Promise<void> {
  (await import("./sound")).chime();
}

async function start(): Promise<void> {
  let store = own() ?? (await (await import("./elsewhere")).elsewhere(tell, (key) => stored(key)));
  ui = { ...ui, hasSound: store.getItem(soundKey) === "1" };
  const { t, learn } = translator(locale, (await texts[locale]()).default);
  document.documentElement.lang = locale;
  if (asked.has("consent")) {
    const [{ gated }, words] = await Promise.all([import("./consent"), more[locale]()]);
    learn(words.default);
    store = gated(store, `hilo:${account}:visitor`, (isOpen) => {
      ui = { ...ui, notice: isOpen ? "" : t("consent") };
    });
  }

  const set = (change: Partial<Ui>) => {
    ui = { ...ui, ...change };
    draw();
  };
  const attach = async (chosen: readonly File[]) => {
    const [loaded, words] = await Promise.all([import("./files"), more[locale]()]);
    learn(words.default);
    files = loaded;
    await files.take(chosen, view());
  };
  const view = (): View => ({
    chat,
    state: chat.state,
    ui,
    now: () => ui,
    set,
    close: () => tell({ hilo: 1, type: "close" }),
    sound,
    attach: (chosen) => void attach(chosen),
    older: async () => live?.older(),
    t,
  });
  const draw = () => {
    const { state } = chat;
    for (const [name, value] of Object.entries(state.config?.brand ?? {})) document.documentElement.style.setProperty(`--${name}`, value);
    const shown = view();
    render(<App view={shown} talk={talk} files={files} />, document.body);
    talk?.settle(shown);
    if (ui.isOpen && state.unread > 0 && document.visibilityState === "visible") chat.looked();
    const news = { count: state.unread, talking: state.thread.messages.length + state.outbox.length > 0 };
    const text = JSON.stringify(news);
    if (text === told) return;
    told = text;
    tell({ hilo: 1, type: "unread", ...news });
  };
  const sound = () => {
    store.setItem(soundKey, ui.hasSound ? "0" : "1");
    if (!ui.hasSound) void ring();
    set({ hasSound: !ui.hasSound });
  };
  const chat = new Chat({
    base: location.origin,
    account,
    store,
    fetch: fetch.bind(window),
    live: async (it) => {
      const [loaded, words] = await Promise.all([import("./talk"), more[locale]()]);
      learn(words.default);
      live = new loaded.Live(it);
      talk = loaded;
      return live;
    },
    reload: () => location.reload(),
    openSocket: (url) => new WebSocket(url) as Wire,
    locale,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    changed: draw,
    arrived: (message) => {
      if (ui.hasSound && !(ui.isOpen && document.hasFocus())) void ring();
      tell({ hilo: 1, type: "message", id: message.id, text: message.text, author: message.author.name });
    },
    newId,
    isWatched: () => ui.isOpen && document.visibilityState === "visible",
  });

  addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== parent || (host && event.origin !== host)) return;
    if (!isOurs<ToPanel>(event.data)) return;
    host = event.origin;
    const data = event.data;
    if (data.type === "shown") {
      set({ isOpen: data.open });
      // A keyboard that pops up by itself hides half of a small screen.
      if (data.open && matchMedia("(hover: hover)").matches) document.querySelector("textarea")?.focus();
    } else if (data.type === "page") chat.page(String(data.url).slice(0, 1000));
    else if (data.type === "identify") void chat.identify(data.who);
    else if (data.type === "track") void chat.track(String(data.name), data.data);
  });
  addEventListener("online", () => chat.online());
  addEventListener("offline", () => chat.offline());
  stored = (key) => chat.stored(key);
  addEventListener("storage", (event) => stored(event.key));
  document.addEventListener("visibilitychange", draw);
  draw();
  void chat.start();
  tell({ hilo: 1, type: "ready" });
}

void start();
