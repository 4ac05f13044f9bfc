/** What the reply answers: a line above the words, taken away again with one click. */
import { useT } from "@lib/i18n";
import type { Quoted } from "@lib/model";
import { IconX } from "@ui/icons";
import css from "./Quote.module.css";

/** shown: whether the channel shows the contact what is answered. */
export function Quote({ quote, shown, onDrop }: { quote: Quoted; shown: boolean; onDrop: () => void }) {
  const t = useT();
  return (
    <div className={css.quote}>
      <p><b>{t("thread.reply_to", { name: quote.name })}</b> <span dir="auto">{quote.text}</span>{shown ? null : <em>{t("quote.team_only")}</em>}</p>
      <button type="button" aria-label={t("quote.drop")} title={t("quote.drop")} onClick={onDrop}><IconX size={15} /></button>
    </div>
  );
}
