/** Macros: the workspace's and one's own. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { useT } from "@lib/i18n";
import type { Macro } from "@lib/model";
import { macrosQuery, useCan } from "@lib/queries";
import { Button, IconButton } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { IconBolt, IconLock, IconPencil, IconPlus, IconTrash } from "@ui/icons";
import { Line, Lines, Page } from "@ui/Page";
import { Confirm } from "@ui/Sheet";
import { MacroSheet } from "./MacroSheet";
import { useActWords } from "./words";

const renew = (): Promise<void> => cache.invalidateQueries({ queryKey: ["macros"] });

const brief = (text: string): string => (text.length > 120 ? `${text.slice(0, 118).trimEnd()}…` : text);

export function MacrosPage() {
  const t = useT();
  const shares = useCan("macro:write");
  const macros = useQuery(macrosQuery);
  const said = useActWords();
  const [editing, setEditing] = useState<Macro | "new" | null>(null);
  const [removing, setRemoving] = useState<Macro | null>(null);
  const add = <Button kind="primary" icon={<IconPlus size={16} />} onClick={() => setEditing("new")}>{t("macro.new")}</Button>;
  const sorted = macros.data?.toSorted((a, b) => a.name.localeCompare(b.name, t.locale));
  return (
    <Page title={t("settings.macros")} lead={t("macro.lead")} action={sorted?.length ? add : null}>
      {macros.isPending ? <Bones rows={4} /> : null}
      {macros.isError ? <Failed what={t("settings.error")} error={macros.error} retry={() => void macros.refetch()} /> : null}
      {sorted?.length === 0 ? <Empty drawing="thread" title={t("macro.empty_title")} action={add}>{t("macro.empty_body")}</Empty> : null}
      {sorted?.length ? (
        <Lines label={t("settings.macros")}>
          {sorted.map((macro) => (
            <Line key={macro.id} icon={macro.is_shared ? <IconBolt size={17} aria-hidden /> : <IconLock size={17} aria-hidden />} title={macro.name}
              text={[macro.is_shared ? "" : t("macro.private"), brief(macro.text), macro.acts.map(said).join(", ")].filter(Boolean).join(" · ")}
              end={shares || !macro.is_shared ? <>
                <IconButton label={t("macro.edit", { name: macro.name })} onClick={() => setEditing(macro)}><IconPencil size={16} /></IconButton>
                <IconButton label={`${t("common.delete")}: ${macro.name}`} onClick={() => setRemoving(macro)}><IconTrash size={16} /></IconButton>
              </> : null} />
          ))}
        </Lines>
      ) : null}
      {editing ? <MacroSheet macro={editing === "new" ? null : editing} onClose={() => setEditing(null)} /> : null}
      {removing ? <Confirm title={`${t("common.delete")}: ${removing.name}`} body={t("macro.delete_body")} act={t("common.delete")} onClose={() => setRemoving(null)}
        onConfirm={async () => { await api.delete(`/macros/${removing.id}`); await renew(); setRemoving(null); }} /> : null}
    </Page>
  );
}
