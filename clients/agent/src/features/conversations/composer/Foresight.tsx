/** Before it is sent: how long it is, in how many parts it goes, what of it the channel cannot take or show. */
import type { Plan } from "@lib/limits/plan";
import { stops } from "@lib/limits/plan";
import { useT } from "@lib/i18n";
import type { DraftFile } from "@lib/model";
import { IconInfoCircle } from "@ui/icons";
import css from "./Foresight.module.css";

interface Props { plan: Plan; files: readonly DraftFile[]; channel: string; most: number }

/** From here on one wants to know how much is left. */
const NEAR = 0.8;

/** "153 / 160": shown when it matters. */
export function Counter({ plan }: { plan: Plan }) {
  const t = useT();
  const number = new Intl.NumberFormat(t.locale);
  const segments = plan.unit === "gsm7_segments";
  if (plan.length === 0 || (!segments && plan.over <= 0 && plan.parts === 1 && plan.length < plan.most * NEAR)) return null;
  const words = segments
    ? t("limit.segments", { count: plan.length, left: plan.room ?? 0 })
    : `${number.format(plan.length)} / ${number.format(plan.most)}`;
  const unit = plan.unit === "utf8_bytes" ? t("limit.bytes") : t("limit.characters");
  return <span className={css.counter} data-over={plan.over > 0} title={segments ? words : `${words} ${unit}`}>{words}</span>;
}

export function Foresight({ plan, files, channel, most }: Props) {
  const t = useT();
  const lines: { text: string; bad: boolean }[] = [];
  if (plan.over > 0) lines.push({ text: t("composer.too_long", { count: plan.over }), bad: true });
  if (plan.tooMany) lines.push({ text: t("composer.too_many", { count: most }), bad: true });
  for (const file of files) {
    const why = plan.files[file.id];
    if (why) lines.push({ text: t(`limit.file_${why.replace("-", "_")}` as "limit.file_refused", { name: file.name, channel }), bad: stops(why) });
  }
  if (plan.over <= 0 && plan.parts > 1) lines.push({ text: t(plan.apart ? "limit.parts_apart" : "limit.parts", { count: plan.parts }), bad: false });
  if (plan.lost.includes("files")) lines.push({ text: t("limit.links"), bad: false });
  if (plan.lost.includes("html")) lines.push({ text: t("limit.plain", { channel }), bad: false });
  if (lines.length === 0) return null;
  return (
    <ul className={css.lines} role="status">
      {lines.map((one) => <li key={one.text} data-bad={one.bad}><IconInfoCircle size={14} aria-hidden />{one.text}</li>)}
    </ul>
  );
}
