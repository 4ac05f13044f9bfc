/** How an account does: when it last heard and said something, what waits, what failed, when its access ends; what its channel says of it. */
import { useQuery } from "@tanstack/react-query";
import type { Instant, MessageError } from "@shared/types";
import { api } from "@lib/api";
import { sayOr, useT } from "@lib/i18n";
import type { Account } from "@lib/model";
import { ago, exact } from "@lib/time";
import { whyOf } from "@ui/message/why";
import { wantsConsent } from "./Consent";
import css from "./Inboxes.module.css";

interface Numbers { waiting: number; waiting_since: Instant | null; uncertain: number; failed_a_day: number; last_error: MessageError | null; attempted: number; error_rate: number | null; told: { kind: string; detail: string; at: Instant }[]; left: { kind: string; count: number; at: Instant }[] }

export function Health({ account }: { account: Account }) {
  const t = useT();
  const { data } = useQuery({ queryKey: ["inboxes", "account", account.id, "health"], queryFn: () => api.get<Numbers>(`/accounts/${account.id}/health`), refetchInterval: 15_000 });
  return (
    <>
      {account.is_sandbox ? <p className={css.health}><span>{t("account.sandbox_mark")}</span></p> : null}
      <p className={css.health}>
        <span>{account.last_in_at ? t("account.last_in", { time: ago(t, account.last_in_at) }) : t("account.no_in")}</span>
        {account.last_out_at ? <span>{t("account.last_out", { time: ago(t, account.last_out_at) })}</span> : null}
        {account.expires_at && !wantsConsent(account) ? <span>{t("account.expires", { time: exact(t, account.expires_at) })}</span> : null}
        {data ? (
          <>
            <span>{data.waiting ? t("account.waiting", { count: data.waiting }) : t("account.none_waiting")}{data.waiting_since ? ` (${ago(t, data.waiting_since)})` : ""}</span>
            <span>{t("account.failed_day", { count: data.failed_a_day })}</span>
            {data.error_rate ? <span>{t("account.error_rate", { rate: data.error_rate, count: data.attempted })}</span> : null}
            {data.uncertain ? <span>{t("account.uncertain", { count: data.uncertain })}</span> : null}
            {data.last_error ? <span className={css.whole}>{t("account.last_error", { reason: whyOf(t, data.last_error) })}</span> : null}
            {data.left.length ? <span className={css.whole}>{t("account.left", { kinds: data.left.map((one) => `${one.kind} (${one.count})`).join(", ") })}</span> : null}
          </>
        ) : null}
      </p>
      {data?.told.length ? (
        <div className={css.told}>
          <b>{t("account.told")}</b>
          <ul>
            {data.told.map((one) => {
              const said = sayOr(t, `channel.${account.channel}.told.${one.kind}`, "");
              return (
                <li key={`${one.at} ${one.kind} ${one.detail}`}>
                  {said || <code lang="en" translate="no">{one.kind}</code>}{one.detail ? <>: <span dir="auto" translate="no">{one.detail}</span></> : null} <span>· {ago(t, one.at)}</span>
                </li>
              );
            })}
          </ul>
        </div>
      ) : null}
    </>
  );
}
