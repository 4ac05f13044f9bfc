/** Reading an account's templates anew, for who may. */
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { reasonOf, useT } from "@lib/i18n";
import type { Template } from "@lib/model";
import { templatesQuery, useCan } from "@lib/queries";
import { say } from "@lib/toasts";
import { Button } from "../Button";
import { IconRefresh } from "../icons";

export function Sync({ account }: { account: string }) {
  const t = useT();
  const may = useCan("account:write");
  const [busy, setBusy] = useState(false);
  if (!may) return null;
  async function sync(): Promise<void> {
    setBusy(true);
    try {
      const { items } = await api.post<{ items: Template[] }>(`/accounts/${account}/templates/sync`);
      cache.setQueryData(templatesQuery(account).queryKey, items);
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
    setBusy(false);
  }
  return <Button small kind="quiet" busy={busy} icon={<IconRefresh size={14} />} onClick={() => void sync()}>{t("template.sync")}</Button>;
}
