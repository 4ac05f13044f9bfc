/** A message that still has to leave, or that the server has not shown back yet. */

import { h } from "preact";
import type { Sent } from "../outbox";
import type { View } from "./ui";

export function Leaving({ entry, view }: { readonly entry: Sent; readonly view: View }) {
  const { chat, state, t } = view;
  return (
    <li class="mine" data-state={entry.state}>
      <div class="body">
        {entry.text && <p>{entry.text}</p>}
        {entry.files.map((file) => (
          <span class="file">{file.name}</span>
        ))}
      </div>
      {entry.state === "refused" ? (
        <p class="mark problem" role="alert">
          {t("refused")}{" "}
          <button type="button" class="link" onClick={() => chat.again(entry.client_id)}>
            {t("again")}
          </button>
        </p>
      ) : (
        <p class="mark">{t(entry.state === "accepted" ? "sent" : state.isUp ? "sending" : "waiting")}</p>
      )}
    </li>
  );
}
