/** Choosing a text the vendor approved: find it, fill its gaps, see it as the contact will, send it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "@lib/i18n";
import type { Template, Way } from "@lib/model";
import { templatesQuery } from "@lib/queries";
import { found, isUsable, keyOf, languages, likely } from "@lib/templates";
import { ago } from "@lib/time";
import { useChannelName } from "@ui/Bead";
import { Dialog } from "@ui/Dialog";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Choose, Field } from "@ui/Field";
import { IconArrowLeft } from "@ui/icons";
import { leaving } from "@ui/Sheet";
import { Status } from "@ui/template/Status";
import { Sync } from "@ui/template/Sync";
import { type FilledTemplate, Filling } from "./Filling";
import css from "./Templates.module.css";

interface Props { way: Way; wanted: readonly string[]; onSend: (filled: FilledTemplate) => void; onClose: () => void }

export default function TemplatePicker({ way, wanted, onSend, onClose }: Props) {
  const t = useT();
  const nameOf = useChannelName();
  const { data, error, isError, refetch } = useQuery(templatesQuery(way.account_id));
  return (
    <Dialog onClose={onClose} {...leaving(onClose)} size={860} title={t("template.title", { channel: way.account_name || nameOf(way.channel) })}>
      {isError ? <Failed what={t("template.failed")} error={error} retry={() => void refetch()} /> : null}
      {!data && !isError ? <Bones rows={5} /> : null}
      {data ? <Choosing all={data} account={way.account_id} wanted={wanted} onSend={onSend} /> : null}
    </Dialog>
  );
}

function Choosing({ all, account, wanted, onSend }: { all: readonly Template[]; account: string; wanted: readonly string[]; onSend: Props["onSend"] }) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const [language, setLanguage] = useState(() => likely(all, wanted));
  const [picked, setPicked] = useState<string | null>(null);
  const shown = found(all, typed, language);
  const one = all.find((each) => keyOf(each) === picked);
  if (all.length === 0) return <Empty drawing="letter" title={t("template.empty")} action={<Sync account={account} />}>{t("template.empty_body")}</Empty>;
  return (
    <div className={css.both} data-picked={one !== undefined}>
      <div className={css.side}>
        <div className={css.finding}>
          <Field label={t("template.search")} type="search" value={typed} autoFocus onChange={(event) => setTyped(event.target.value)} />
          <Choose label={t("template.language")} value={language} onChange={(event) => setLanguage(event.target.value)}
            options={[["", t("template.all_languages")], ...languages(all).map((tag) => [tag, tag] as const)]} />
        </div>
        <ul className={`${css.list} scroll`} aria-label={t("template.list")}>
          {shown.map((each) => (
            <li key={keyOf(each)}>
              <button type="button" aria-current={keyOf(each) === picked || undefined} data-usable={isUsable(each)} onClick={() => setPicked(keyOf(each))}>
                <b className="cut">{each.name}</b><Status template={each} />
                <span className={css.body}>{each.body}</span>
              </button>
            </li>
          ))}
          {shown.length === 0 ? <li className={css.none}>{t("template.nothing")}</li> : null}
        </ul>
        <p className={css.synced}>{t("template.synced", { time: ago(t, all[0]!.synced_at) })} <Sync account={account} /></p>
      </div>
      <div className={css.side}>
        {one ? <button type="button" className={css.back} onClick={() => setPicked(null)}><IconArrowLeft size={15} aria-hidden />{t("template.list")}</button> : null}
        {one ? <Filling key={picked} template={one} onSend={onSend} /> : <p className={css.hint}>{t("template.hint")}</p>}
      </div>
    </div>
  );
}
