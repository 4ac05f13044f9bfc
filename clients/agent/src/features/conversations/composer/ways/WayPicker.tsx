/** All ways to write to the contact: those that are open, and why the others are not. */
import { useEffect, useRef } from "react";
import { useT } from "@lib/i18n";
import type { Way } from "@lib/model";
import { ago } from "@lib/time";
import { Bead, useChannelName } from "@ui/Bead";
import { IconCheck } from "@ui/icons";
import { isReadable, isUsable, keyOf } from "./ways";
import { useWayState } from "./useWayState";
import css from "./Ways.module.css";

interface Props { ways: readonly Way[]; way: Way | null; now: number; onChoose: (way: Way) => void }

/** Ways of people nobody knows an address of are said once, not one by one. */
const known = (way: Way): boolean => way.closed !== "no-identity";

export function WayPicker({ ways, way, now, onChoose }: Props) {
  const t = useT();
  const nameOf = useChannelName();
  const stateOf = useWayState(now);
  const strangers = [...new Set(ways.filter((one) => !known(one) && !ways.some((other) => known(other) && other.channel === one.channel)).map((one) => nameOf(one.channel)))];
  /** The account is named where the channel alone does not say which. */
  const several = (one: Way): boolean => ways.some((other) => other.channel === one.channel && other.account_id !== one.account_id);
  function walk(event: React.KeyboardEvent<HTMLUListElement>): void {
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button:not([aria-disabled])")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || all.length === 0) return;
    event.preventDefault();
    all[(at + step + all.length) % all.length]?.focus();
  }
  // It may come after what it stands in: the first to be used has the keys.
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current?.querySelector<HTMLElement>("[data-autofocus]") ?? box.current?.querySelector<HTMLElement>("button"))?.focus(), []);
  return (
    <div className={css.picker} ref={box}>
      <p className={css.title}>{t("way.title")}</p>
      <ul className={`${css.list} scroll`} onKeyDown={walk}>
        {ways.filter(known).map((one) => {
          const on = way !== null && keyOf(one) === keyOf(way);
          const usable = isUsable(one);
          const { short, why, tone } = stateOf(one);
          return (
            <li key={keyOf(one)}>
              <button type="button" className={css.way} aria-current={on || undefined} {...(usable ? {} : { "aria-disabled": true })}
                {...(on ? { "data-autofocus": true } : {})} onClick={() => usable && onChoose(one)}>
                <Bead channel={one.channel} size={22} />
                <span className={css.words}>
                  <b className="cut">{nameOf(one.channel)}{one.account_name && one.account_name !== nameOf(one.channel) && several(one) ? <span> · {one.account_name}</span> : null}</b>
                  <span className="cut">{[isReadable(one) ? one.value : "", one.heard_at ? t("way.heard", { time: ago(t, one.heard_at) }) : ""].filter(Boolean).join(" · ")}</span>
                  {why ? <span className={css.reason}>{why}</span> : null}
                </span>
                <span className={css.state} data-tone={tone}>{short}{one.is_proposed ? <em>{t("way.proposed")}</em> : null}</span>
                {on ? <IconCheck size={15} aria-hidden /> : <i />}
              </button>
            </li>
          );
        })}
      </ul>
      {strangers.length ? <p className={css.others}>{t("way.no_address", { channels: strangers.join(", ") })}</p> : null}
    </div>
  );
}
