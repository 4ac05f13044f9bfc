/** What everybody here shares. */
import { LOCALES, type Locale } from "@shared/t";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import { useCan, useMe } from "@lib/queries";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Choose, Field } from "@ui/Field";
import { Page } from "@ui/Page";
import { endonym } from "./Door";
import css from "./People.module.css";

export function WorkspacePage() {
  const t = useT();
  const { workspace } = useMe();
  const may = useCan("workspace:write");
  const [error, setError] = useState<unknown>(null);
  async function save(form: FormData): Promise<void> {
    try {
      await api.patch("/workspace", { name: form.get("name"), locale: form.get("locale") as Locale });
      await cache.invalidateQueries({ queryKey: ["me"] });
      setError(null);
      say(t("common.saved"));
    } catch (reason) {
      setError(reason);
      say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
    }
  }
  return (
    <Page title={t("settings.workspace")} lead={t("workspace.lead")}>
      <form key={workspace.name} className={css.grid} onSubmit={(event) => { event.preventDefault(); void save(new FormData(event.currentTarget)); }}>
        <Field label={t("workspace.name")} name="name" defaultValue={workspace.name} required maxLength={200} disabled={!may} error={fieldErrors(error)["name"]} />
        <Choose label={t("workspace.locale")} name="locale" defaultValue={workspace.locale} disabled={!may} options={LOCALES.map((one) => [one, endonym(one)] as const)} />
        {may ? <p><Button kind="primary" type="submit">{t("common.save")}</Button></p> : null}
      </form>
    </Page>
  );
}
