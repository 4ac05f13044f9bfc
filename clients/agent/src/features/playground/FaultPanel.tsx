/** What goes wrong between the desk and the simulated vendor, on purpose. */
import { useState } from "react";
import { useT } from "@lib/i18n";
import { FAULTS, type Fault } from "@lib/model";
import { IconAlertTriangle } from "@ui/icons";
import css from "./Phone.module.css";

const TIMES = [1, 3, null] as const;

export function FaultPanel({ faults, breaks }: { faults: Fault[]; breaks: (faults: Fault[]) => Promise<boolean> }) {
  const t = useT();
  const [opens] = useState(faults.length > 0); // what happened and is over closes nothing under the hand
  const left = (kind: Fault["kind"]): number | null | undefined => faults.find((one) => one.kind === kind)?.left;
  function choose(kind: Fault["kind"], value: string): void {
    const others = faults.filter((one) => one.kind !== kind);
    const chosen = value === "none" ? [] : [{ kind, left: value === "always" ? null : Number(value), seconds: 3 }];
    void breaks([...others, ...chosen]);
  }
  return (
    <details className={css.faults} open={opens}>
      <summary><IconAlertTriangle size={15} aria-hidden />{t("play.faults")}{faults.length ? <b>{faults.length}</b> : null}</summary>
      <p>{t("play.faults_lead")}</p>
      <ul>
        {FAULTS.map((kind) => {
          const now = left(kind);
          const value = now === undefined ? "none" : now === null ? "always" : String(now);
          return (
            <li key={kind}>
              <label htmlFor={`fault-${kind}`}><b>{t(`play.fault.${kind}`)}</b><small>{t(`play.fault.${kind}.about`)}</small></label>
              <select id={`fault-${kind}`} value={value} onChange={(event) => choose(kind, event.target.value)}>
                <option value="none">{t("play.fault_none")}</option>
                {TIMES.map((times) => <option key={String(times)} value={times === null ? "always" : times}>{times === null ? t("play.fault_always") : t("play.fault_times", { count: times })}</option>)}
                {typeof now === "number" && now !== 1 && now !== 3 ? <option value={now}>{t("play.fault_times", { count: now })}</option> : null}
              </select>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
