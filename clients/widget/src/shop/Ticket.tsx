/** A turn: its number, how many are ahead, where one is called to. Changes are said aloud. */

import { h } from "preact";
import { useState } from "preact/hooks";
import type { Turn } from "./protocol";
import { minutes, type T } from "./t";

/** What the turn means now, in one sentence. */
export function sentence(t: T, turn: Turn): string {
  switch (turn.state) {
    case "waiting":
      return turn.position === 1 ? t("next") : t("ahead", { count: (turn.position ?? 1) - 1 });
    case "called":
      return turn.counter ? t("called_to", { counter: turn.counter }) : t("called");
    case "serving":
      return t("serving");
    case "served":
      return t("served");
    case "left":
      return t("left");
    case "no_show":
      return t("no_show");
  }
}

type Props = { readonly t: T; readonly turn: Turn; readonly leave?: () => void; readonly isUp: boolean };

export function Ticket({ t, turn, leave, isUp }: Props) {
  const [isSure, setSure] = useState(false);
  const wait = turn.state === "waiting" && turn.wait_s !== null && turn.position !== 1 ? minutes(t, turn.wait_s) : "";
  return (
    <section class="ticket" data-state={turn.state} aria-label={t("your_turn")}>
      <p class="what">{t("your_number")}</p>
      <p class="number">{turn.number}</p>
      <p class="now" role="status" aria-live={turn.state === "called" ? "assertive" : "polite"}>
        {sentence(t, turn)}
      </p>
      {wait && <p class="wait">{wait}</p>}
      {!isUp && <p class="wait">{t("offline")}</p>}
      {leave && (turn.state === "waiting" || turn.state === "called") && (
        <p class="leave">
          {isSure ? (
            <span class="sure">
              <button type="button" class="plain" onClick={() => setSure(false)}>
                {t("stay")}
              </button>
              <button type="button" class="plain danger" onClick={leave}>
                {t("leave_sure")}
              </button>
            </span>
          ) : (
            <button type="button" class="plain" onClick={() => setSure(true)}>
              {t("leave")}
            </button>
          )}
        </p>
      )}
    </section>
  );
}
