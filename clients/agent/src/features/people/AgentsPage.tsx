/** Who may sign in: roles, invitations, switching off. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import type { Agent, Invitation, Role } from "@lib/model";
import { agentsQuery, useCan, useMe } from "@lib/queries";
import { exact } from "@lib/time";
import { say } from "@lib/toasts";
import { Avatar } from "@ui/Avatar";
import { Button } from "@ui/Button";
import { Bones, Failed } from "@ui/Empty";
import { Choose, Field } from "@ui/Field";
import { IconMail, IconUserPlus } from "@ui/icons";
import { Line, Lines, Page, Part } from "@ui/Page";
import { Secret } from "@ui/Secret";
import { Sheet } from "@ui/Sheet";
import css from "./People.module.css";

const renew = () => Promise.all([cache.invalidateQueries({ queryKey: ["agents"] }), cache.invalidateQueries({ queryKey: ["invitations"] })]);

export function AgentsPage() {
  const t = useT();
  const may = useCan("agent:write");
  const agents = useQuery(agentsQuery);
  const waiting = useQuery({ queryKey: ["invitations"], enabled: may, queryFn: () => api.get<{ items: Invitation[] }>("/invitations") });
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  return (
    <Page title={t("settings.agents")} lead={t("agents.lead")}
      action={may ? <Button kind="primary" icon={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>{t("agents.invite")}</Button> : null}>
      {link ? <Secret title={t("agents.link_title")} body={t("agents.link_body")} text={link} /> : null}
      {agents.isPending ? <Bones rows={4} /> : null}
      {agents.isError ? <Failed what={t("settings.error")} error={agents.error} retry={() => void agents.refetch()} /> : null}
      {agents.data ? <Lines>{agents.data.map((one) => <AgentLine key={one.id} agent={one} may={may} onLink={setLink} />)}</Lines> : null}
      {waiting.data?.items.length ? (
        <Part title={t("agents.pending")}>
          <Lines>
            {waiting.data.items.map((one) => (
              <Line key={one.id} icon={<IconMail size={20} aria-hidden />} title={one.email} text={`${t(`role.${one.role}`)} · ${t("agents.expires", { time: exact(t, one.expires_at) })}`}
                end={<Button small kind="quiet" onClick={() => void api.delete(`/invitations/${one.id}`).then(renew)}>{t("agents.revoke")}</Button>} />
            ))}
          </Lines>
        </Part>
      ) : null}
      {inviting ? <Invite onClose={() => setInviting(false)} onMade={(one) => { setInviting(false); setLink(one.link ?? null); if (!one.link) say(t("agents.invited", { email: one.email })); void renew(); }} /> : null}
    </Page>
  );
}

function AgentLine({ agent, may, onLink }: { agent: Agent; may: boolean; onLink: (link: string | null) => void }) {
  const t = useT();
  const me = useMe().agent;
  const locked = !may || agent.id === me.id || (agent.role === "owner" && me.role !== "owner");
  async function change(body: Partial<{ role: Role; disabled: boolean }>): Promise<void> {
    try {
      await api.patch(`/agents/${agent.id}`, body);
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
    await renew();
  }
  async function reset(): Promise<void> {
    try {
      const made = await api.post<{ link: string | null }>(`/agents/${agent.id}/password-reset`);
      onLink(made.link);
      if (!made.link) say(t("agents.reset_sent", { email: agent.email }));
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
  }
  return (
    <Line icon={<Avatar name={agent.name || agent.email} size={34} />} title={<>{agent.name}{agent.id === me.id ? <em className={css.you}> · {t("common.you")}</em> : null}</>}
      text={agent.email} end={<>
        {agent.disabled_at ? <span className={css.off}>{t("agents.disabled")}</span> : null}
        {locked ? <span>{t(`role.${agent.role}`)}</span> : (
          <select className={css.select} aria-label={`${t("agents.role")}: ${agent.name}`} value={agent.role} onChange={(event) => void change({ role: event.target.value as Role })}>
            {(me.role === "owner" ? ["owner", "admin", "agent"] as const : ["admin", "agent"] as const).map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}
          </select>
        )}
        {locked || agent.disabled_at ? null : <Button small kind="quiet" onClick={() => void reset()}>{t("agents.reset")}</Button>}
        {locked ? null : <Button small kind="quiet" onClick={() => void change({ disabled: !agent.disabled_at })}>{t(agent.disabled_at ? "agents.enable" : "agents.disable")}</Button>}
      </>} />
  );
}

function Invite({ onClose, onMade }: { onClose: () => void; onMade: (made: Invitation) => void }) {
  const t = useT();
  const [error, setError] = useState<unknown>(null);
  const errors = fieldErrors(error);
  return (
    <Sheet title={t("agents.invite")} submit={t("agents.invite")} onClose={onClose} onError={setError} onSubmit={async (form) => {
      onMade(await api.post<Invitation>("/invitations", { email: form.get("email"), name: form.get("name") ?? "", role: form.get("role") }));
    }}>
      <Field label={t("signin.email")} name="email" type="email" required autoFocus error={errors["email"]} />
      <Field label={`${t("common.name")} (${t("common.optional")})`} name="name" error={errors["name"]} />
      <Choose label={t("agents.role")} name="role" defaultValue="agent" options={(["agent", "admin"] as const).map((role) => [role, t(`role.${role}`)] as const)} />
    </Sheet>
  );
}
