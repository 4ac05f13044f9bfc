/** From which address a reply leaves, where its account has several, and what will stand below it. */
import { useT } from "@lib/i18n";
import type { Sender, Way } from "@lib/model";
import { IconChevronDown } from "@ui/icons";
import css from "./Sender.module.css";
import { hasSenders } from "./ways/ways";

interface Props {
  way: Way | null; sender: Sender | null;
  /** Whether it stands over the lines of the copies. */
  over: boolean;
  onChoose: (sender: Sender) => void;
}

export function From({ way, sender, over, onChoose }: Props) {
  const t = useT();
  if (!way?.senders || !sender || !hasSenders(way)) return null;
  const senders = way.senders;
  return (
    <label className={css.from} data-over={over}>
      <span>{t("composer.from")}</span>
      <span className={css.pick}>
        <select value={sender.address} onChange={(event) => onChoose(senders.find((one) => one.address === event.target.value) ?? sender)}>
          {senders.map(({ address }) => <option key={address}>{address}</option>)}
        </select>
        <IconChevronDown size={14} aria-hidden />
      </span>
    </label>
  );
}

/** So many lines are seen everywhere; half of the next one tells that there are more. */
const LINES = 3;

export function Signature({ sender }: { sender: Sender | null }) {
  const t = useT();
  if (!sender?.signature) return null;
  // What scrolls must be reached by the keys, too.
  const scrolls = sender.signature.split("\n").length > LINES;
  return (
    <div role="group" aria-label={t("composer.signature")} className={`${css.signature} scroll`} {...(scrolls ? { tabIndex: 0 } : {})}>{sender.signature}</div>
  );
}
