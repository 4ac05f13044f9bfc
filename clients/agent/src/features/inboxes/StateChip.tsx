/** How an account does: a word and a shape. */
import { useT } from "@lib/i18n";
import type { Account } from "@lib/model";
import { IconAlertTriangle, IconBan, IconCircleCheck } from "@ui/icons";
import css from "./Inboxes.module.css";

export function StateChip({ account }: { account: Account }) {
  const t = useT();
  const Icon = account.state === "active" ? IconCircleCheck : account.state === "held" ? IconAlertTriangle : IconBan;
  return <span className={css.state} data-state={account.state}><Icon size={15} aria-hidden />{t(`account.state_${account.state}`)}</span>;
}
