/** Making or changing a macro: its words with variables, and its acts in their order. */
import { PRIORITIES } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, useT } from "@lib/i18n";
import type { Macro, MacroAct } from "@lib/model";
import { agentsQuery, tagsQuery, teamsQuery, useCan } from "@lib/queries";
import { Button, IconButton } from "@ui/Button";
import { Area, Check, Field } from "@ui/Field";
import { IconPlus, IconX } from "@ui/icons";
import { Sheet } from "@ui/Sheet";
import css from "./Macros.module.css";
import { SPANS, spanOf } from "./words";

type Does = MacroAct["do"];
const DOES: readonly Does[] = ["assign", "tag", "untag", "prioritize", "snooze", "pend", "resolve", "note"];
const VARIABLES = [
  "contact.first_name", "contact.name", "contact.email", "contact.phone", "agent.first_name", "agent.name", "conversation.number",
  "conversation.subject", "workspace.name",
] as const;

interface Step { key: number; act: MacroAct }

export function MacroSheet({ macro, onClose }: { macro: Macro | null; onClose: () => void }) {
  const t = useT();
  const shares = useCan("macro:write");
  const next = useRef(macro?.acts.length ?? 0);
  const [text, setText] = useState(macro?.text ?? "");
  const [steps, setSteps] = useState<readonly Step[]>(() => (macro?.acts ?? []).map((act, key) => ({ key, act })));
  const [error, setError] = useState<unknown>(null);
  const wrong = fieldErrors(error);
  const fresh = useFresh();
  const change = (key: number, act: MacroAct): void => setSteps((now) => now.map((one) => (one.key === key ? { key, act } : one)));
  return (
    <Sheet title={macro ? t("macro.edit", { name: macro.name }) : t("macro.new")} submit={t("common.save")} size={560} onClose={onClose} onError={setError}
      onSubmit={async (form) => {
        const body = { name: form.get("name"), text, acts: steps.map((one) => one.act), is_shared: form.get("shared") === "on" };
        await (macro ? api.patch(`/macros/${macro.id}`, body) : api.post("/macros", body));
        await cache.invalidateQueries({ queryKey: ["macros"] });
        onClose();
      }}>
      <Field label={t("common.name")} name="name" defaultValue={macro?.name ?? ""} required autoFocus maxLength={80} error={wrong["name"]} />
      <Area label={t("macro.text")} hint={t("macro.text_hint")} value={text} maxLength={20_000} rows={4} error={wrong["text"]} onChange={(event) => setText(event.target.value)} />
      <p className={css.under}><span aria-hidden>{t("macro.variable")}</span>
        <select value="" aria-label={t("macro.variable")} onChange={(event) => setText(`${text}{{${event.target.value}}}`)}>
          <option value="">{t("macro.variable_pick")}</option>
          {VARIABLES.map((one) => <option key={one} value={one === "contact.first_name" ? `${one}|${t("macro.fallback")}` : one}>{t(`macro.var_${one.replace(".", "_") as "contact_name"}`)}</option>)}
        </select>
      </p>
      <fieldset className={css.part}>
        <legend>{t("macro.acts")}</legend>
        <ol className={css.steps}>
          {steps.map(({ key, act }) => (
            <li key={key} className={css.step}>
              <select value={act.do} aria-label={t("macro.act")} onChange={(event) => change(key, fresh(event.target.value as Does))}>
                {DOES.map((one) => <option key={one} value={one}>{t(`macro.do_${one}`)}</option>)}
              </select>
              <Detail act={act} onChange={(given) => change(key, given)} />
              <IconButton label={t("macro.remove_act")} onClick={() => setSteps((now) => now.filter((one) => one.key !== key))}><IconX size={16} /></IconButton>
            </li>
          ))}
        </ol>
        {steps.length < 20 ? <p><Button small icon={<IconPlus size={15} />} onClick={() => setSteps((now) => [...now, { key: (next.current += 1), act: fresh("tag") }])}>{t("macro.add_act")}</Button></p> : null}
      </fieldset>
      {shares ? <Check name="shared" label={t("macro.shared")} hint={t("macro.shared_hint")} defaultChecked={macro ? macro.is_shared : true} /> : null}
    </Sheet>
  );
}

/** An act of a kind as it begins. */
function useFresh(): (does: Does) => MacroAct {
  const { data: tags } = useQuery(tagsQuery);
  return (does) => {
    switch (does) {
      case "assign": return { do: "assign", to: "me" };
      case "tag": case "untag": return tags?.[0] ? { do: does, tag_id: tags[0].id } : { do: "resolve" };
      case "prioritize": return { do: "prioritize", priority: "high" };
      case "snooze": return { do: "snooze", for_s: null };
      case "note": return { do: "note", text: "" };
      default: return { do: does };
    }
  };
}

/** What else an act wants to know. */
function Detail({ act, onChange }: { act: MacroAct; onChange: (act: MacroAct) => void }) {
  const t = useT();
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: tags = [] } = useQuery(tagsQuery);
  switch (act.do) {
    case "assign": return (
      <select value={act.id ? `${act.to}:${act.id}` : act.to} aria-label={t("macro.to")} onChange={(event) => {
        const [to, id] = event.target.value.split(":") as ["me" | "agent" | "team" | "nobody", string | undefined];
        onChange({ do: "assign", to, ...(id ? { id } : {}) });
      }}>
        <option value="me">{t("macro.to_me")}</option>
        <option value="nobody">{t("act.unassign")}</option>
        <optgroup label={t("assign.agents")}>{agents.filter((one) => !one.disabled_at).map((one) => <option key={one.id} value={`agent:${one.id}`}>{one.name || one.email}</option>)}</optgroup>
        <optgroup label={t("assign.teams")}>{teams.map((one) => <option key={one.id} value={`team:${one.id}`}>{one.name}</option>)}</optgroup>
      </select>
    );
    case "tag": case "untag": return (
      <select value={act.tag_id} aria-label={t("act.tag")} onChange={(event) => onChange({ ...act, tag_id: event.target.value })}>
        {tags.some((one) => one.id === act.tag_id) ? null : <option value={act.tag_id}>{t("macro.gone")}</option>}
        {tags.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
      </select>
    );
    case "prioritize": return (
      <select value={act.priority} aria-label={t("act.priority")} onChange={(event) => onChange({ ...act, priority: event.target.value as typeof act.priority })}>
        {PRIORITIES.map((one) => <option key={one} value={one}>{t(`priority.${one}`)}</option>)}
      </select>
    );
    case "snooze": return (
      <select value={act.for_s ?? ""} aria-label={t("act.snooze")} onChange={(event) => onChange({ do: "snooze", for_s: event.target.value ? Number(event.target.value) : null })}>
        {SPANS.some(([one]) => one === act.for_s) ? null : <option value={act.for_s ?? ""}>{spanOf(t, act.for_s)}</option>}
        {SPANS.map(([one]) => <option key={one} value={one ?? ""}>{spanOf(t, one)}</option>)}
      </select>
    );
    case "note": return <textarea value={act.text} aria-label={t("macro.do_note")} required maxLength={5000} onChange={(event) => onChange({ do: "note", text: event.target.value })} />;
    default: return null;
  }
}
