/** What the triage keys open: who, until when, which tags, which status. All by typing. */
import type { Conversation } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useT } from "@lib/i18n";
import { agentsQuery, tagsQuery, teamsQuery, useMe } from "@lib/queries";
import { moment } from "@lib/time";
import { Avatar } from "@ui/Avatar";
import { IconAlarmSnooze, IconBan, IconCircleCheck, IconCircleDashed, IconCircle, IconMessageCircle, IconPlus, IconUsersGroup } from "@ui/icons";
import { Picker, type Choice } from "@ui/Picker";
import { TagDot } from "@ui/TagChip";
import { assign, createTag, pend, reopen, resolve, snooze, toggleTag } from "./acts";
import { offer, parseSnooze } from "./snooze";

export interface PickerProps {
  targets: readonly Conversation[]; open: boolean; onOpen: (open: boolean) => void; children: ReactNode; onDone?: () => void;
}

const recent = (kind: string): string[] => JSON.parse(localStorage.getItem(`hilo.recent.${kind}`) ?? "[]") as string[];
function used(kind: string, id: string): void {
  localStorage.setItem(`hilo.recent.${kind}`, JSON.stringify([id, ...recent(kind).filter((one) => one !== id)].slice(0, 5)));
}
const byRecent = (kind: string) => {
  const order = recent(kind);
  const rank = (id: string) => (order.includes(id) ? order.indexOf(id) : 99);
  return (a: { id: string; name: string }, b: { id: string; name: string }) => rank(a.id) - rank(b.id) || a.name.localeCompare(b.name);
};

export function AssignPicker({ targets, ...rest }: PickerProps) {
  const t = useT();
  const me = useMe().agent;
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const first = targets[0];
  const usable = agents.filter((one) => !one.disabled_at);
  const choices: Choice[] = [
    { id: "a:" + me.id, label: `${me.name} (${t("common.me")})`, icon: <Avatar name={me.name} size={22} />, on: first?.assignee_id === me.id, group: t("assign.agents") },
    ...usable.filter((one) => one.id !== me.id).sort(byRecent("agent")).map((one): Choice => ({
      id: "a:" + one.id, label: one.name || one.email, icon: <Avatar name={one.name || one.email} size={22} />, on: first?.assignee_id === one.id, group: t("assign.agents") })),
    { id: "none", label: t("act.unassign"), icon: <IconBan size={18} />, group: t("assign.agents") },
    ...[...teams].sort(byRecent("team")).map((one): Choice => ({
      id: "t:" + one.id, label: one.name, icon: <IconUsersGroup size={18} />, on: first?.team_id === one.id, group: t("assign.teams") })),
  ];
  return (
    <Picker title={t("assign.title")} placeholder={t("assign.find")} choices={() => choices} {...rest} onChoose={(choice) => {
      const [kind, id] = [choice.id.slice(0, 1), choice.id.slice(2)];
      if (choice.id === "none") void assign(targets, null);
      else {
        used(kind === "a" ? "agent" : "team", id);
        void assign(targets, kind === "a" ? { agent: id, name: id === me.id ? me.name : choice.label } : { team: id, name: choice.label });
      }
    }} />
  );
}

export function TagPicker({ targets, ...rest }: PickerProps) {
  const t = useT();
  const { data: tags = [], isPending } = useQuery(tagsQuery);
  const sorted = [...tags].sort(byRecent("tag"));
  const choices = (typed: string): Choice[] => {
    const name = typed.trim();
    const known = tags.some((one) => one.name.toLowerCase() === name.toLowerCase());
    return [
      ...sorted.map((one): Choice => ({ id: one.id, label: one.name, icon: <TagDot tag={one} />, on: targets.length > 0 && targets.every((item) => item.tag_ids.includes(one.id)) })),
      ...(name && !known ? [{ id: "new", label: t("tag.create", { name }), icon: <IconPlus size={16} />, always: true }] : []),
    ];
  };
  return (
    <Picker title={t("tag.title")} placeholder={t("tag.find")} choices={choices} pending={isPending} {...rest} onChoose={(choice, typed) => {
      const tag = tags.find((one) => one.id === choice.id);
      if (tag) {
        used("tag", tag.id);
        void toggleTag(targets, tag);
      } else void createTag(typed.trim()).then((made) => made && toggleTag(targets, made));
    }} />
  );
}

export function SnoozePicker({ targets, onDone, ...rest }: PickerProps) {
  const t = useT();
  const choices = (typed: string): Choice[] => {
    const now = new Date();
    const icon = <IconAlarmSnooze size={17} />;
    const parsed = typed.trim() ? parseSnooze(typed, now) : null;
    const fixed = ([["later", "snooze.later_today"], ["tomorrow", "snooze.tomorrow"], ["weekend", "snooze.weekend"], ["monday", "snooze.next_week"]] as const)
      .flatMap(([which, label]): Choice[] => {
        const at = offer(which, now);
        return at && !(which === "monday" && now.getDay() === 0) ? [{ id: at.toISOString(), label: t(label), hint: moment(t, at.toISOString(), now), icon }] : [];
      });
    return [
      ...(parsed ? [{ id: parsed.toISOString(), label: moment(t, parsed.toISOString(), now), icon, always: true }] : []),
      { id: "reply", label: t("snooze.until_reply"), hint: "R", key: "r", icon: <IconMessageCircle size={17} /> },
      ...fixed,
    ];
  };
  return (
    <Picker title={t("snooze.title")} placeholder={t("snooze.type")} choices={choices} empty={t("snooze.not_understood")} {...rest}
      onChoose={(choice) => {
        onDone?.();
        void snooze(targets, choice.id === "reply" ? null : new Date(choice.id));
      }} />
  );
}

export function StatusPicker({ targets, onDone, ...rest }: PickerProps) {
  const t = useT();
  const first = targets[0]?.status;
  const choices: Choice[] = [
    { id: "open", label: t("status.open"), icon: <IconCircle size={16} />, on: first === "open" },
    { id: "pending", label: t("status.pending"), icon: <IconCircleDashed size={16} />, on: first === "pending" },
    { id: "resolved", label: t("status.resolved"), icon: <IconCircleCheck size={16} />, on: first === "resolved" },
  ];
  return (
    <Picker title={t("status.change")} placeholder={t("act.status")} choices={() => choices} {...rest} onChoose={(choice) => {
      if (choice.id === "open") void reopen(targets);
      else if (choice.id === "pending") void pend(targets);
      else {
        onDone?.();
        void resolve(targets);
      }
    }} />
  );
}
