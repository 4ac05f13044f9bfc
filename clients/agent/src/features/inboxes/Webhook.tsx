/** The address the vendor calls, for the channels that have one: mail and our own chat come another way. */
import { useT } from "@lib/i18n";
import type { Account } from "@lib/model";
import { useChannels } from "@lib/queries";
import { Copyable } from "@ui/Secret";

export function Webhook({ account }: { account: Account }) {
  const t = useT();
  const has = useChannels().get(account.channel)?.has_webhook ?? false;
  return has && account.webhook_url ? <Copyable label={t("account.webhook")} text={account.webhook_url} /> : null;
}
