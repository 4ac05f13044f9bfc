/** How much a conversation presses: its mark by colour, shape and word, and the picker. */
import { PRIORITIES, type Priority } from "@shared/types";
import type { Key } from "@shared/t";
import type { ComponentType } from "react";
import { useT } from "@lib/i18n";
import { IconBan, IconChevronDown, IconChevronsUp, IconChevronUp, IconEqual } from "@ui/icons";
import { Picker, type Choice } from "@ui/Picker";
import { prioritize } from "./acts";
import type { PickerProps } from "./Pickers";
import css from "./Priority.module.css";

const ICONS: Record<Priority, ComponentType<{ size: number; stroke?: number }>> = {
  none: IconBan, low: IconChevronDown, normal: IconEqual, high: IconChevronUp, urgent: IconChevronsUp,
};
/** The most pressing first, as one reads them. */
export const FALLING: readonly Priority[] = PRIORITIES.toReversed();
export const nameOf = (priority: Priority): Key => `priority.${priority}`;

export function PriorityIcon({ priority, size = 16 }: { priority: Priority; size?: number }) {
  const Icon = ICONS[priority];
  return <span className={css.icon} data-priority={priority}><Icon size={size} stroke={2.2} /></span>;
}

/** Nothing where there is none. */
export function PriorityMark({ priority }: { priority: Priority }) {
  const t = useT();
  if (priority === "none") return null;
  return (
    <span className={css.mark} data-priority={priority} title={t("priority.is", { name: t(nameOf(priority)) })}>
      <PriorityIcon priority={priority} size={13} />{t(nameOf(priority))}
    </span>
  );
}

export function PriorityPicker({ targets, ...rest }: PickerProps) {
  const t = useT();
  const choices = FALLING.map((one): Choice => ({
    id: one, label: t(nameOf(one)), icon: <PriorityIcon priority={one} />, on: targets.length > 0 && targets.every((each) => each.priority === one) }));
  return (
    <Picker title={t("priority.change")} placeholder={t("act.priority")} choices={() => choices} {...rest}
      onChoose={(choice) => void prioritize(targets, choice.id as Priority)} />
  );
}
