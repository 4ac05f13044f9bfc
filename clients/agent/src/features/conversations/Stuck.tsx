/** Why a reply waits for more than its turn: its account has a problem or is off. Who may mend it finds the way. */
import type { Message } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useT } from "@lib/i18n";
import { waysQuery, useCan } from "@lib/queries";
import { IconAlertTriangle } from "@ui/icons";
import { stuckAt } from "./composer/ways/ways";
import css from "./Stuck.module.css";

export function Stuck({ message }: { message: Message }) {
  const t = useT();
  const may = useCan("account:write");
  const way = stuckAt(message, useQuery(waysQuery(message.conversation_id)).data ?? []);
  if (!way) return null;
  return (
    <p className={css.stuck} role="status">
      <IconAlertTriangle size={14} aria-hidden /> {t(way.closed === "held" ? "state.waits_held" : "state.waits_off")}
      {may ? <Link to="/settings/accounts/$id" params={{ id: way.account_id }}>{t("state.waits_mend")}</Link> : null}
    </p>
  );
}
