/** Teams: who does the same work. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, useT } from "@lib/i18n";
import type { Team } from "@lib/model";
import { agentsQuery, teamsQuery, useCan } from "@lib/queries";
import { Button, IconButton } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Check, Field } from "@ui/Field";
import { IconPencil, IconPlus, IconTrash, IconUsersGroup } from "@ui/icons";
import { Line, Lines, Page } from "@ui/Page";
import { Confirm, Sheet } from "@ui/Sheet";
import css from "./People.module.css";

const renew = () => cache.invalidateQueries({ queryKey: ["teams"] });

export function TeamsPage() {
  const t = useT();
  const may = useCan("team:write");
  const teams = useQuery(teamsQuery);
  const { data: agents } = useQuery(agentsQuery);
  const [editing, setEditing] = useState<Team | "new" | null>(null);
  const [removing, setRemoving] = useState<Team | null>(null);
  const add = may ? <Button kind="primary" icon={<IconPlus size={16} />} onClick={() => setEditing("new")}>{t("teams.new")}</Button> : null;
  const named = (team: Team) => team.agent_ids.flatMap((id) => agents?.find((one) => one.id === id)?.name ?? []).join(", ");
  return (
    <Page title={t("settings.teams")} lead={t("teams.lead")} action={teams.data?.length ? add : null}>
      {teams.isPending ? <Bones rows={3} /> : null}
      {teams.isError ? <Failed what={t("settings.error")} error={teams.error} retry={() => void teams.refetch()} /> : null}
      {teams.data?.length === 0 ? <Empty drawing="people" title={t("teams.empty_title")} action={add}>{t("teams.empty_body")}</Empty> : null}
      {teams.data?.length ? (
        <Lines>
          {teams.data.map((team) => (
            <Line key={team.id} icon={<IconUsersGroup size={22} stroke={1.6} aria-hidden />} title={team.name}
              text={<>{t("teams.members", { count: team.agent_ids.length })}{team.agent_ids.length ? ` · ${named(team)}` : ""}</>}
              end={may ? <>
                <IconButton label={t("teams.edit", { name: team.name })} onClick={() => setEditing(team)}><IconPencil size={16} /></IconButton>
                <IconButton label={`${t("common.delete")}: ${team.name}`} onClick={() => setRemoving(team)}><IconTrash size={16} /></IconButton>
              </> : null} />
          ))}
        </Lines>
      ) : null}
      {editing ? <TeamSheet team={editing === "new" ? null : editing} onClose={() => setEditing(null)} /> : null}
      {removing ? <Confirm title={`${t("common.delete")}: ${removing.name}`} body={t("teams.delete_body")} act={t("common.delete")} onClose={() => setRemoving(null)}
        onConfirm={async () => { await api.delete(`/teams/${removing.id}`); await renew(); setRemoving(null); }} /> : null}
    </Page>
  );
}

function TeamSheet({ team, onClose }: { team: Team | null; onClose: () => void }) {
  const t = useT();
  const { data: agents = [] } = useQuery(agentsQuery);
  const [error, setError] = useState<unknown>(null);
  return (
    <Sheet title={team ? t("teams.edit", { name: team.name }) : t("teams.new")} submit={t("common.save")} onClose={onClose} onError={setError}
      onSubmit={async (form) => {
        const body = { name: form.get("name"), agent_ids: form.getAll("member") };
        await (team ? api.patch(`/teams/${team.id}`, body) : api.post("/teams", body));
        await renew();
        onClose();
      }}>
      <Field label={t("common.name")} name="name" defaultValue={team?.name ?? ""} required autoFocus maxLength={100} error={fieldErrors(error)["name"]} />
      <fieldset className={css.members}>
        <legend>{t("teams.choose")}</legend>
        {agents.filter((one) => !one.disabled_at).map((one) => (
          <Check key={one.id} name="member" value={one.id} label={one.name} defaultChecked={team?.agent_ids.includes(one.id) ?? false} />
        ))}
      </fieldset>
    </Sheet>
  );
}
