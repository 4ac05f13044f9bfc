/** Over the composer's bar: what a macro will do when the words are sent, and a way to leave it. */
import { useT } from "@lib/i18n";
import type { WaitingMacro } from "@lib/model";
import { IconButton } from "@ui/Button";
import { IconBolt, IconX } from "@ui/icons";
import css from "./Macros.module.css";
import { useActWords } from "./words";

export function WaitingActs({ macro, onLeave }: { macro: WaitingMacro | undefined; onLeave: () => void }) {
  const t = useT();
  const said = useActWords();
  if (!macro?.acts.length) return null;
  return (
    <div className={css.waiting} role="status">
      <IconBolt size={15} aria-hidden />
      <span className={css.when}>{t("macro.when_sent")}</span>
      <ul className={css.acts}>{macro.acts.map((act, at) => <li key={at}>{said(act)}</li>)}</ul>
      <IconButton label={t("macro.leave", { name: macro.name })} onClick={onLeave}><IconX size={15} /></IconButton>
    </div>
  );
}
