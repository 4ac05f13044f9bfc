/** The panel's start: a page of our own origin inside the site's frame. It trusts only the page that framed it. */

import { h, render } from "preact";
import type { Catalogue, Locale } from "../../shared/t";
import "./panel.css";
import { Chat } from "./chat";
import type { Wire } from "./line";
import { isOurs, type Looks, type ToHost, type ToPanel } from "./protocol";
import { own } from "./storage";
import { translator } from "./t";
import type * as Files from "./files";
import type * as Talk from "./talk";
import { App } from "./ui/App";
import type { Ui, View } from "./ui/ui";

const account = new URLSearchParams(location.search).get("account") ?? "";
const prefix = `hilo:${account}:`;
const locale = document.documentElement.lang as Locale;
// The server writes the first texts and the account's looks into the page: nothing to wait for before the first drawing.
const { texts, more, config } = JSON.parse(document.querySelector("script[type='application/json']")?.textContent ?? "") as {
  readonly texts: Catalogue;
  /** Where the texts of a conversation are. */
  readonly more: string;
  readonly config: Looks;
};
const isFramed = parent !== window;
let talk: typeof Talk | undefined;
let files: typeof Files | undefined;
// The page that framed us; where the browser does not say, its first message pins its origin.
let host = location.ancestorOrigins?.[0] ?? "";
let told = "";
let stored: (key: string | null) => void = () => undefined;
let ui: Ui = { isOpen: !isFramed, text: "", picked: [], problem: "", notice: "", below: 0, isEmailWrong: false, sure: "" };

function tell(message: ToHost): void {
  if (isFramed) parent.postMessage(message, host || "*");
}

async function start(): Promise<void> {
  let store = own() ?? (await (await import("./elsewhere")).elsewhere(tell, (key) => stored(key)));
  const { t, learn } = translator(locale, texts);
  const words = async () => learn((await (await fetch(more)).json()) as Catalogue);
  // What a visitor does on the site is told only once it has agreed, where it is asked to.
  let agreed: Promise<void> | undefined;
  if (config.ask_consent) {
    const [{ gated }] = await Promise.all([import("./consent"), words()]);
    agreed = new Promise((done) => {
      store = gated(store, `${prefix}visitor`, (isOpen) => {
        if (isOpen) done();
        ui = { ...ui, notice: isOpen ? "" : t("consent") };
      });
    });
  }

  const set = (change: Partial<Ui>) => {
    ui = { ...ui, ...change };
    draw();
  };
  const attach = async (chosen: readonly File[]) => {
    [files] = await Promise.all([import("./files"), words()]);
    await files.take(chosen, view());
  };
  const view = (): View => ({
    chat,
    state: chat.state,
    ui,
    now: () => ui,
    set,
    close: () => tell({ hilo: 1, type: "close" }),
    attach: (chosen) => void attach(chosen),
    t,
  });
  const draw = () => {
    const { state } = chat;
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
  const chat = new Chat({
    base: `${location.origin}/chat/${account}/`,
    prefix,
    config,
    store,
    fetch: fetch.bind(window),
    live: async (it) => {
      [talk] = await Promise.all([import("./talk"), words()]);
      ui = { ...ui, tool: talk.Microphone };
      return talk.listen(it);
    },
    ask: async (posed) => {
      if (posed[0] || ui.foot) (await Promise.all([import("./questions"), words()]))[0].pose(posed, view());
    },
    reload: () => void fetch("").then(() => location.reload(), () => 0),
    openSocket: (url) => new WebSocket(url) as Wire,
    locale,
    changed: draw,
    arrived: (message) => {
      talk?.arrived(view());
      tell({ hilo: 1, type: "message", id: message.id, text: message.text, author: message.author.name });
    },
    isWatched: () => ui.isOpen && document.visibilityState === "visible",
  });

  addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== parent || (host && event.origin !== host)) return;
    if (!isOurs<ToPanel>(event.data)) return;
    host = event.origin;
    const data = event.data;
    if (data.type === "shown") {
      if (data.open) chat.wake();
      set({ isOpen: data.open });
      // A keyboard that pops up by itself hides half of a small screen.
      if (data.open && data.focus && matchMedia("(hover: hover)").matches) document.querySelector<HTMLElement>("textarea,.questions input")?.focus();
    } else if (data.type === "page") chat.page(String(data.url).slice(0, 1000));
    else if (data.type === "wake") chat.wake();
    else if (data.type === "identify") void identify(data.who);
    else if (data.type === "track") void track(String(data.name), data.data);
  });
  const identify: Chat["identify"] = async (who) => {
    if (who && typeof who === "object") await agreed;
    await chat.identify(who);
  };
  const track: Chat["track"] = async (...done) => {
    await agreed;
    await chat.track(...done);
  };
  addEventListener("online", () => chat.online());
  addEventListener("offline", () => chat.offline());
  stored = (key) => chat.stored(key);
  addEventListener("storage", (event) => stored(event.key));
  document.addEventListener("visibilitychange", draw);
  for (const [name, value] of Object.entries(config.brand)) document.documentElement.style.setProperty(`--${name}`, value);
  draw();
  if (!isFramed) chat.wake();
  tell({ hilo: 1, type: "ready" });
}

void start();
