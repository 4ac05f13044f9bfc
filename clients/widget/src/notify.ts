/**
 * A page of our own, opened from the chat: a frame on somebody else's site may not ask for notifications. It asks once
 * the visitor presses, and hands the browser's subscription to the server.
 */

import type { Catalogue, Locale } from "../../shared/t";
import "./notify.css";
import { translator, type TextKey } from "./t";

const { texts, config } = JSON.parse(document.querySelector("script[type='application/json']")?.textContent ?? "") as {
  readonly texts: Catalogue;
  readonly config: { readonly title: string; readonly key: string };
};
const account = new URLSearchParams(location.search).get("account") ?? "";
const given = new URLSearchParams(location.hash.slice(1));
const locale = document.documentElement.lang as Locale;
const { t } = translator(locale, texts);
// The ticket belongs to this visit: neither the address bar nor what is copied from it should have it.
history.replaceState(null, "", location.pathname + location.search);

const make = <K extends keyof HTMLElementTagNameMap>(name: K, text = ""): HTMLElementTagNameMap[K] => Object.assign(document.createElement(name), { textContent: text });
const card = make("main");
const button = Object.assign(make("button", t("notify_ask")), { type: "button" });
const said = make("p");
said.role = "status";
card.append(make("h1", t("notify_title")), make("p", t("notify_text", { title: config.title })), button, said);
document.title = t("notify_title");
document.body.append(card);

function tell(key: TextKey, isOver: boolean): void {
  said.textContent = t(key);
  said.dataset.ok = String(key === "notify_on");
  button.hidden = isOver;
}

async function subscription(): Promise<PushSubscription> {
  await navigator.serviceWorker.register("/widget/push.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const asked = { userVisibleOnly: true, applicationServerKey: config.key };
  try {
    return await pushManager.subscribe(asked);
  } catch (error) {
    // Made for a key of ours that is no longer; anything else is told.
    const old = await pushManager.getSubscription();
    if (!old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(asked);
  }
}

async function ask(): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") return tell("notify_refused", false);
  const found = await subscription();
  const answer = await fetch(`/chat/${account}/push`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket: given.get("ticket") ?? "", page: given.get("page") ?? "", locale, subscription: found.toJSON() }),
  });
  if (answer.ok) return tell("notify_on", true);
  return answer.status === 401 ? tell("notify_old", true) : tell("notify_failed", false);
}

if (!("PushManager" in window && "serviceWorker" in navigator && "Notification" in window)) tell("notify_none", true);
button.addEventListener("click", () => {
  button.disabled = true;
  void ask()
    .catch(() => tell("notify_failed", false))
    .finally(() => {
      button.disabled = false;
    });
});
