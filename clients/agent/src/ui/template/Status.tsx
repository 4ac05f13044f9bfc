/** What a template is for, in which language, and whether the vendor lets it go. */
import { sayOr, useT } from "@lib/i18n";
import type { Template } from "@lib/model";
import css from "./Template.module.css";

export function Status({ template: { status, category, language } }: { template: Template }) {
  const t = useT();
  return (
    <small className={css.status} data-status={status}>
      {[sayOr(t, `template.category_${category.toLowerCase()}`, category), language, status === "approved" ? "" : t(`template.status_${status}`)].filter(Boolean).join(" · ")}
    </small>
  );
}
