/** That a message was changed after it was said, and when. */
import type { Message } from "@shared/types";
import { useT } from "@lib/i18n";
import { exact } from "@lib/time";

export function Edited({ message }: { message: Message }) {
  const t = useT();
  if (!message.edited_at || message.deleted_at) return null;
  return <span title={exact(t, message.edited_at)}>{t("thread.edited")}</span>;
}
