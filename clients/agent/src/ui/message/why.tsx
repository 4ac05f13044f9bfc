/** Why something did not get there: in the reader's language, and beneath it the other side's own words, as such. */
import type { MessageError } from "@shared/types";
import { sayOr, useT } from "@lib/i18n";
import type { T } from "@shared/t";

/** What is known of it, the closest first. */
export function whyOf(t: T, error: Pick<MessageError, "code" | "reason">): string {
  return sayOr(t, `why.${error.reason ?? ""}`, sayOr(t, `error.${error.code}`, error.code));
}

/** Codes that only the other side gives; of the rest the detail is what Hilo found, for whoever looks into it. */
const THEIRS = new Set(["rejected", "bounced", "notice"]);

/** The other side's words. Those kept before `said` was stand in the detail. */
export function saidOf(error: MessageError): string {
  return error.said || (!error.reason && THEIRS.has(error.code) ? error.detail : "");
}

export function Said({ error, className }: { error: MessageError; className?: string | undefined }) {
  const t = useT();
  const said = saidOf(error);
  return said ? <span className={className}>{t("state.said")} <q translate="no" dir="auto">{said}</q></span> : null;
}
