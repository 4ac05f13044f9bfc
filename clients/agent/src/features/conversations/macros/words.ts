/** An act of a macro in words. */
import type { Key, T } from "@shared/t";
import { useQuery } from "@tanstack/react-query";
import { useT } from "@lib/i18n";
import type { MacroAct } from "@lib/model";
import { agentsQuery, tagsQuery, teamsQuery } from "@lib/queries";

/** For how long one may put a conversation away; null: until a reply. */
export const SPANS: readonly (readonly [number | null, Key])[] = [
  [null, "snooze.until_reply"], [3600, "macro.span_hour"], [4 * 3600, "macro.span_hours"], [86_400, "macro.span_day"],
  [3 * 86_400, "macro.span_days"], [7 * 86_400, "macro.span_week"],
];

export function spanOf(t: T, seconds: number | null): string {
  const known = SPANS.find(([one]) => one === seconds);
  if (known) return t(known[1]);
  const hours = Math.round((seconds ?? 0) / 3600);
  return new Intl.NumberFormat(t.locale, { style: "unit", unit: "hour", unitDisplay: "long" }).format(hours);
}

/** Says acts by the names of people and tags as they are now; what is gone says so. */
export function useActWords(): (act: MacroAct) => string {
  const t = useT();
  const { data: agents } = useQuery(agentsQuery);
  const { data: teams } = useQuery(teamsQuery);
  const { data: tags } = useQuery(tagsQuery);
  const named = (list: readonly { id: string; name: string }[] | undefined, id: string | null | undefined): string =>
    list?.find((one) => one.id === id)?.name ?? t("macro.gone");
  return (act) => {
    switch (act.do) {
      case "assign": return act.to === "nobody" ? t("macro.said_nobody")
        : t("macro.said_assign", { name: act.to === "me" ? t("common.you") : named(act.to === "team" ? teams : agents, act.id) });
      case "tag": return t("macro.said_tag", { name: named(tags, act.tag_id) });
      case "untag": return t("macro.said_untag", { name: named(tags, act.tag_id) });
      case "prioritize": return t("priority.is", { name: t(`priority.${act.priority}`) });
      case "snooze": return t("macro.said_snooze", { time: spanOf(t, act.for_s) });
      case "note": return t("macro.said_note", { text: act.text });
      default: return t(`macro.do_${act.do}`);
    }
  };
}
