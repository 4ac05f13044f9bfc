/** The chat widget: its line for one's page, and how it looks. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@lib/api";
import { useT } from "@lib/i18n";
import { isWidget } from "@lib/model";
import { inboxesQuery, useChannels } from "@lib/queries";
import { Bones, Empty } from "@ui/Empty";
import { Choose } from "@ui/Field";
import { Page, Part } from "@ui/Page";
import { Copyable } from "@ui/Secret";
import css from "./Inboxes.module.css";

export function WidgetPage() {
  const t = useT();
  const inboxes = useQuery(inboxesQuery);
  const channels = useChannels();
  const accounts = inboxes.data?.flatMap((one) => one.accounts).filter((one) => isWidget(channels.get(one.channel))) ?? [];
  const [chosen, setChosen] = useState("");
  const account = accounts.find((one) => one.id === chosen) ?? accounts[0];
  const snippet = useQuery({
    queryKey: ["inboxes", "snippet", account?.id], enabled: Boolean(account), retry: false,
    queryFn: () => api.get<{ html?: string; snippet?: string }>(`/accounts/${account!.id}/snippet`),
  });
  if (inboxes.isPending) return <Page title={t("settings.widget")}><Bones rows={3} /></Page>;
  if (!account) {
    return (
      <Page title={t("settings.widget")} lead={t("widgetset.lead")}>
        <Empty drawing="thread" title={t("widgetset.none_title")} action={<Link to="/settings/inboxes">{t("settings.inboxes")}</Link>}>{t("widgetset.none_body")}</Empty>
      </Page>
    );
  }
  const html = snippet.data?.html ?? snippet.data?.snippet ?? `<script src="${location.origin}/widget/loader.js" data-account="${account.id}" async></script>`;
  return (
    <Page title={t("settings.widget")} lead={t("widgetset.lead")} wide>
      {accounts.length > 1 ? <Choose label={t("widgetset.account")} value={account.id} onChange={(event) => setChosen(event.target.value)} options={accounts.map((one) => [one.id, one.name || one.id] as const)} /> : null}
      <Copyable label={t("widgetset.snippet")} text={html} block />
      <p><Link to="/settings/accounts/$id" params={{ id: account.id }}>{t("account.settings")}</Link></p>
      <Part title={t("widgetset.preview")}>
        <iframe key={account.id} className={css.frame} src={`/demo?account=${account.id}`} title={t("widgetset.preview")} />
      </Part>
    </Page>
  );
}
