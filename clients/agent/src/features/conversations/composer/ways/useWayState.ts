/** How a way stands, in a few words: open, open for how long, or why it is closed. */
import type { Key } from "@shared/t";
import { useT } from "@lib/i18n";
import type { Way } from "@lib/model";
import { ago, span } from "@lib/time";
import { left } from "./ways";

const SOON_MS = 2 * 3_600_000;
/** short: in a word or two; why: the whole reason it is closed. */
export interface WayState { short: string; why: string; tone: "open" | "soon" | "template" | "closed" }

export function useWayState(now: number): (way: Way) => WayState {
  const t = useT();
  return (way) => {
    if (way.closed === "window") {
      const since = way.until ? t("way.closed_since", { time: ago(t, way.until, new Date(now)) }) : t("way.closed_never");
      if (!way.takes_template) return { short: t("way.closed"), why: since, tone: "closed" };
      return { short: t("way.template"), why: `${since} ${t("way.template_only")}`, tone: "template" };
    }
    if (way.closed) return { short: t("way.closed"), why: t(`way.closed_${way.closed.replace("-", "_")}` as Key), tone: "closed" };
    const ms = left(way, now);
    if (ms === null) return { short: t("way.open"), why: "", tone: "open" };
    return { short: t("way.open_for", { time: span(t, ms) }), why: "", tone: ms < SOON_MS ? "soon" : "open" };
  };
}
