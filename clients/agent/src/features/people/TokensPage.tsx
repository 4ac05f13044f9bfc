/** Tokens for one's own programs. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, useT } from "@lib/i18n";
import type { Token } from "@lib/model";
import { useMe } from "@lib/queries";
import { ago, date } from "@lib/time";
import { Button } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Check, Choose, Field } from "@ui/Field";
import { IconExternalLink, IconKey, IconPlus } from "@ui/icons";
import { Line, Lines, Page } from "@ui/Page";
import { Secret } from "@ui/Secret";
import { Confirm, Sheet } from "@ui/Sheet";
import css from "./People.module.css";

const renew = () => cache.invalidateQueries({ queryKey: ["tokens"] });

export function TokensPage() {
  const t = useT();
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => api.get<{ items: Token[] }>("/tokens") });
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Token | null>(null);
  const [ending, setEnding] = useState<Token | null>(null);
  const add = <Button kind="primary" icon={<IconPlus size={16} />} onClick={() => setMaking(true)}>{t("tokens.new")}</Button>;
  return (
    <Page title={t("settings.tokens")} action={tokens.data?.items.length ? add : null}
      lead={<>{t("tokens.lead")} <a href="/api/v1/docs" target="_blank" rel="noreferrer">{t("tokens.docs")} <IconExternalLink size={13} aria-hidden /></a></>}>
      {made?.token ? <Secret title={t("tokens.secret_title")} body={t("tokens.token_body")} text={made.token} /> : null}
      {tokens.isPending ? <Bones rows={3} /> : null}
      {tokens.isError ? <Failed what={t("settings.error")} error={tokens.error} retry={() => void tokens.refetch()} /> : null}
      {tokens.data?.items.length === 0 ? <Empty drawing="key" title={t("tokens.empty_title")} action={add}>{t("tokens.empty_body")}</Empty> : null}
      {tokens.data?.items.length ? (
        <Lines>
          {tokens.data.items.map((one) => (
            <Line key={one.id} icon={<IconKey size={20} stroke={1.6} aria-hidden />} title={one.name}
              text={<>{one.scopes.includes("*") ? t("tokens.all_scopes") : one.scopes.join(", ")} · {t("tokens.last_used")}: {one.last_used_at ? ago(t, one.last_used_at) : t("common.never")} · {t("tokens.expires")}: {one.expires_at ? date(t, one.expires_at) : t("common.never")}</>}
              end={<Button small kind="danger" onClick={() => setEnding(one)}>{t("tokens.revoke")}</Button>} />
          ))}
        </Lines>
      ) : null}
      {making ? <TokenSheet onClose={() => setMaking(false)} onMade={(one) => { setMaking(false); setMade(one); void renew(); }} /> : null}
      {ending ? <Confirm title={`${t("tokens.revoke")}: ${ending.name}`} body={t("tokens.revoke_body")} act={t("tokens.revoke")} onClose={() => setEnding(null)}
        onConfirm={async () => { await api.delete(`/tokens/${ending.id}`); await renew(); setEnding(null); }} /> : null}
    </Page>
  );
}

function TokenSheet({ onClose, onMade }: { onClose: () => void; onMade: (token: Token) => void }) {
  const t = useT();
  const { permissions } = useMe();
  const [all, setAll] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const errors = fieldErrors(error);
  return (
    <Sheet title={t("tokens.new")} submit={t("common.create")} onClose={onClose} onError={setError} onSubmit={async (form) => {
      const days = Number(form.get("expires"));
      onMade(await api.post<Token>("/tokens", {
        name: form.get("name"), scopes: all ? ["*"] : form.getAll("scope"),
        ...(days ? { expires_at: new Date(Date.now() + days * 86_400_000).toISOString() } : {}) }));
    }}>
      <Field label={t("common.name")} name="name" required autoFocus maxLength={100} error={errors["name"]} />
      <Choose label={t("tokens.expires")} name="expires" defaultValue="90" options={[["30", t("tokens.expiry_30")], ["90", t("tokens.expiry_90")], ["365", t("tokens.expiry_365")], ["0", t("common.never")]]} />
      <Check label={t("tokens.all_scopes")} checked={all} onChange={(event) => setAll(event.target.checked)} />
      {all ? null : (
        <fieldset className={css.scopes}>
          <legend>{t("tokens.scopes")}</legend>
          {permissions.filter((one) => one !== "*").map((one) => <Check key={one} name="scope" value={one} label={<span className={css.code}>{one}</span>} />)}
        </fieldset>
      )}
      {errors["scopes"] ? <p role="alert">{errors["scopes"]}</p> : null}
    </Sheet>
  );
}
