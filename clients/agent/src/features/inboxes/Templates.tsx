/** An account's templates as the vendor judged them: what each is for, how it reads, why it does not go. */
import { useQuery } from "@tanstack/react-query";
import { useT } from "@lib/i18n";
import type { Account, Template } from "@lib/model";
import { templatesQuery } from "@lib/queries";
import { keyOf } from "@lib/templates";
import { ago } from "@lib/time";
import { Bones, Failed } from "@ui/Empty";
import { Part } from "@ui/Page";
import { Preview, Why } from "@ui/template/Preview";
import { Status } from "@ui/template/Status";
import { Sync } from "@ui/template/Sync";
import css from "./Templates.module.css";

export function Templates({ account }: { account: Account }) {
  const t = useT();
  const { data, error, isError, refetch } = useQuery(templatesQuery(account.id));
  const read = data?.[0] ? t("template.synced", { time: ago(t, data[0].synced_at) }) : data ? t("template.empty_body") : "";
  return (
    <Part title={t("template.list")} lead={read} action={<Sync account={account.id} />}>
      {isError ? <Failed what={t("template.failed")} error={error} retry={() => void refetch()} /> : null}
      {!data && !isError ? <Bones rows={3} /> : null}
      <ul className={css.list}>{data?.map((one) => <li key={keyOf(one)}><One template={one} /></li>)}</ul>
    </Part>
  );
}

function One({ template }: { template: Template }) {
  return (
    <details>
      <summary><b>{template.name}</b> <Status template={template} /></summary>
      <div className={css.shown}>
        <Why template={template} />
        <Preview template={template} values={template.example} file={null} />
      </div>
    </details>
  );
}
