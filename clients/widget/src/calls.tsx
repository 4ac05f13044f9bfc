/** The wish to be called when an answer comes: leads to a page of ours, since a frame may not ask. Loaded with the menu. */

import { h } from "preact";
import type { View } from "./ui/ui";

let offer: { readonly ticket: string; readonly is_on: boolean } | undefined;

/** Asks how things stand, each time the menu opens: a ticket is good for minutes. */
export async function look({ chat, set }: View): Promise<void> {
  const answer = isSecureContext && "serviceWorker" in navigator ? await chat.doors.get("push") : undefined;
  offer = answer?.ok ? ((await answer.json()) as typeof offer) : undefined;
  set({});
}

export function Calls({ view }: { readonly view: View }) {
  const { chat, t } = view;
  if (!offer) return null;
  const off = async () => {
    await chat.doors.post("push-end", {});
    await look(view);
  };
  if (offer.is_on)
    return (
      <button type="button" onClick={() => void off()}>
        {t("push_off")}
      </button>
    );
  const account = new URLSearchParams(location.search).get("account") ?? "";
  const about = new URLSearchParams({ ticket: offer.ticket, page: chat.url });
  return (
    <a href={`/widget/notify.html?account=${account}&lang=${t.locale}#${about}`} target="_blank" rel="noopener">
      {t("push_on")}
    </a>
  );
}
