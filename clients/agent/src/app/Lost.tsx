/** An address that leads nowhere, and a page that broke. */
import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { useT } from "@lib/i18n";
import { Button } from "@ui/Button";
import { Empty } from "@ui/Empty";

export function Lost() {
  const t = useT();
  return (
    <main id="content" style={{ display: "grid", height: "100%" }}>
      <Empty drawing="thread" title={t("app.not_found_title")} action={<Link to="/inbox">{t("app.go_to_inbox")}</Link>}>{t("app.not_found_body")}</Empty>
    </main>
  );
}

export function Broken({ error }: ErrorComponentProps) {
  const t = useT();
  return (
    <main id="content" style={{ display: "grid", height: "100%" }} role="alert">
      <Empty drawing="thread" title={t("app.error_title")} action={<Button kind="primary" onClick={() => location.reload()}>{t("app.reload")}</Button>}>
        {t("app.error_body")} <code>{String(error instanceof Error ? error.message : error).slice(0, 160)}</code>
      </Empty>
    </main>
  );
}
