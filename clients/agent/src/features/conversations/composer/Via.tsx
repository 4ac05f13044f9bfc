/** Over the words: to the customer or to the team; to whom, by which way, for how long it is open, and how to take another. */
import type { RefObject } from "react";
import { lazy, Suspense, useState } from "react";
import { useT } from "@lib/i18n";
import { cap, keymap } from "@lib/keys";
import type { Way } from "@lib/model";
import { useStore } from "@lib/store";
import { Bead, NoteBead, useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Floating } from "@ui/Floating";
import { IconAlertTriangle, IconChevronDown, IconTemplate } from "@ui/icons";
import css from "./Composer.module.css";
import type { BoxHandle } from "./box";
import type { Mode } from "./useDraft";
import type { Ways } from "./ways/useWays";
import { useWayState } from "./ways/useWayState";
import { nextWay } from "./ways/ways";
import own from "./ways/Ways.module.css";

const WayPicker = lazy(() => import("./ways/WayPicker").then((module) => ({ default: module.WayPicker })));

interface ModesProps { mode: Mode; mayReply: boolean; onMode: (mode: Mode) => void }

export function Modes({ mode, mayReply, onMode }: ModesProps) {
  const t = useT();
  return (
    <div role="group" aria-label={t("composer.mode")} className={css.modes}>
      <button type="button" aria-pressed={mode === "reply"} disabled={!mayReply} onClick={() => onMode("reply")}>{t("composer.reply")}</button>
      <button type="button" aria-pressed={mode === "note"} onClick={() => onMode("note")}>{t("composer.note")}</button>
    </div>
  );
}

export function OnlyTeam() {
  const t = useT();
  return <><NoteBead size={18} /><span className={css.only}>{t("thread.only_team")}</span></>;
}

interface ViaProps { ways: Ways; channel: string; address: string; box: RefObject<BoxHandle | null>; onWay: (way: Way) => void }

export function Via({ ways: { all, way, now }, channel, address, box, onWay }: ViaProps) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const { map } = useStore(keymap);
  const stateOf = useWayState(now);
  const name = useChannelName()(channel);
  const state = way ? stateOf(way) : null;
  const title = [t("way.change"), map.way ? `(${cap(map.way)})` : ""].join(" ");
  return (
    <Floating open={open} onClose={() => setOpen(false)} label={t("way.title")} side="start" layer="picker" trigger={
      <button type="button" className={own.button} aria-haspopup="dialog" aria-expanded={open} title={title}
        disabled={all.length === 0} onClick={() => setOpen(!open)}>
        <span className="hidden">{t("way.change")}:</span> <Bead channel={channel} size={18} /><b>{name}</b>
        <span className={`${own.address} cut`}>{address}</span>
        {way && state && (way.until !== null || way.closed) && state.short ? <span className={own.left} data-tone={state.tone}>{state.short}</span> : null}
        {all.length > 1 ? <IconChevronDown size={14} aria-hidden /> : null}
      </button>
    }>
      <Suspense fallback={<div className={own.picker} tabIndex={-1} />}><WayPicker ways={all} way={way} now={now} onChoose={(one) => { onWay(one); setOpen(false); box.current?.focus(); }} /></Suspense>
    </Floating>
  );
}

interface ClosedProps { ways: Ways; onTemplate: () => void; onWay: (way: Way) => void }

/** The chosen way takes no free words now: why, and what one can do. */
export function Closed({ ways: { all, way, now, known }, onTemplate, onWay }: ClosedProps) {
  const t = useT();
  const { map } = useStore(keymap);
  const stateOf = useWayState(now);
  const nameOf = useChannelName();
  if (!known || (way !== null && way.closed === null)) return null;
  const other = nextWay(all.filter((one) => one.closed === null), way);
  return (
    <div className={own.closed} role="status">
      <IconAlertTriangle size={16} aria-hidden />
      <p>{way ? stateOf(way).why : t("way.none")}</p>
      {way?.takes_template ? <Button small icon={<IconTemplate size={14} />} onClick={onTemplate}>{t("template.choose")}</Button> : null}
      {other ? <Button small kind="quiet" keys={map.way} onClick={() => onWay(other)}>{t("way.use", { channel: nameOf(other.channel) })}</Button> : null}
    </div>
  );
}
