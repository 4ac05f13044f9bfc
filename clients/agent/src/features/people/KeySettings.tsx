/** Keys to one's liking: each may be changed; letters may sleep altogether. */
import { useEffect, useState } from "react";
import type { Key } from "@shared/t";
import { useT } from "@lib/i18n";
import { AREAS, DEFAULTS, keymap, nameOf, takenBy, type Action } from "@lib/keys";
import { prefer } from "@lib/prefs";
import { useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { Button, Cap } from "@ui/Button";
import { Check } from "@ui/Field";
import css from "./People.module.css";

const LABELS = new Map<Action, Key>(AREAS.flatMap((area) => area.actions));
const FIXED: Action = "leave";

export function KeySettings() {
  const t = useT();
  const own = useMe().agent.preferences ?? {};
  const { map, letters } = useStore(keymap);
  const [waiting, setWaiting] = useState<Action | null>(null);
  const [clash, setClash] = useState<{ action: Action; keys: string; other: Action } | null>(null);

  useEffect(() => {
    if (!waiting) return;
    const caught = (event: KeyboardEvent): void => {
      if (["Shift", "Control", "Meta", "Alt"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      setWaiting(null);
      if (event.key === "Escape") return;
      const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
      const off = key === "Backspace" || key === "Delete";
      const keys = off ? "" : nameOf({ key, ctrlKey, metaKey, shiftKey, altKey, isComposing: false, typing: false });
      const other = off ? null : takenBy(map, waiting, keys);
      setClash(other ? { action: waiting, keys, other } : null);
      if (!other) void prefer({ keys: { ...own.keys, [waiting]: keys } }).catch(() => undefined);
    };
    document.addEventListener("keydown", caught, true);
    return () => document.removeEventListener("keydown", caught, true);
  }, [waiting, map, own.keys]);

  return (
    <>
      <Check label={t("keys.single_on")} hint={t("keys.single_hint")} checked={letters} onChange={(event) => void prefer({ single_keys: event.target.checked }).catch(() => undefined)} />
      <div className={css.keys}>
        {AREAS.map((area) => (
          <section key={area.title}>
            <h3>{t(area.title)}</h3>
            {area.actions.map(([action, label]) => (
              <div key={action} className={css.key}>
                <span>{t(label)}</span>
                {waiting === action ? <span className={css.wait} role="status">{t("keys.press")}</span> : map[action] ? <Cap keys={map[action]} /> : <span className={css.off}>{t("common.off")}</span>}
                <Button small kind="quiet" disabled={action === FIXED} aria-label={t("keys.change", { name: t(label) })} onClick={() => setWaiting(action)}>{t("profile.change_key")}</Button>
                {clash?.action === action ? <p className={css.clash} role="alert">{t("keys.taken", { key: clash.keys.toUpperCase(), name: LABELS.has(clash.other) ? t(LABELS.get(clash.other)!) : clash.other })}</p> : null}
              </div>
            ))}
          </section>
        ))}
      </div>
      <p><Button onClick={() => void prefer({ keys: { ...DEFAULTS } }).catch(() => undefined)}>{t("keys.reset")}</Button></p>
    </>
  );
}
