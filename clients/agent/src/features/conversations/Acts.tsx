/** The triage acts on one or many conversations: buttons, their keys and their pickers. */
import type { Conversation } from "@shared/types";
import { useEffect, useState } from "react";
import { useT } from "@lib/i18n";
import { cap, keymap, useKeys } from "@lib/keys";
import { useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { say } from "@lib/toasts";
import { Button, IconButton } from "@ui/Button";
import { IconAlarmSnooze, IconBolt, IconCheck, IconDots, IconFlag, IconLink, IconRotateClockwise, IconTag, IconUser } from "@ui/icons";
import { Menu } from "@ui/Menu";
import css from "./Acts.module.css";
import { reopen, resolve, take, unread } from "./acts";
import { asked, type PickerName } from "./desk";
import { MacroPicker } from "./macros/MacroPicker";
import { PriorityPicker } from "./Priority";
import { AssignPicker, SnoozePicker, StatusPicker, TagPicker } from "./Pickers";

/** The name with its key, where the cap has no room. */
const tip = (name: string, keys: string): string => (keys ? `${name} (${cap(keys)})` : name);

interface Props {
  targets: readonly Conversation[]; compact?: boolean;
  /** After an act that settles the conversation: go on to the next. */
  onDone: () => void;
}

export function Acts({ targets, compact = false, onDone }: Props) {
  const t = useT();
  const me = useMe().agent;
  const { map } = useStore(keymap);
  const wish = useStore(asked);
  const [open, setOpen] = useState<PickerName | null>(null);
  useEffect(() => {
    if (!wish) return;
    setOpen(wish);
    asked.set(null);
  }, [wish]);
  const settled = targets.length > 0 && targets.every((one) => one.status === "resolved" || one.status === "snoozed");

  function settle(): void {
    if (!targets.length) return;
    onDone();
    void resolve(targets);
  }
  const toggle = (name: PickerName) => () => setOpen((now) => (now === name ? null : name));
  useKeys({
    resolve: settle, take: () => void take(targets, me.id), assign: toggle("assign"), snooze: toggle("snooze"),
    tag: toggle("tag"), priority: toggle("priority"), macro: toggle("macro"), status: toggle("status"),
  });
  const at = (name: PickerName) => ({ open: open === name, onOpen: (on: boolean) => setOpen(on ? name : null) });

  return (
    <div className={css.acts}>
      <SnoozePicker targets={targets} {...at("snooze")} onDone={onDone}>
        <IconButton label={t("act.snooze")} keys={map.snooze} onClick={toggle("snooze")}><IconAlarmSnooze size={17} /></IconButton>
      </SnoozePicker>
      <TagPicker targets={targets} {...at("tag")}>
        <IconButton label={t("act.tag")} keys={map.tag} onClick={toggle("tag")}><IconTag size={17} /></IconButton>
      </TagPicker>
      <PriorityPicker targets={targets} {...at("priority")}>
        <IconButton label={t("act.priority")} keys={map.priority} onClick={toggle("priority")}><IconFlag size={17} /></IconButton>
      </PriorityPicker>
      <MacroPicker targets={targets} {...at("macro")} onDone={onDone}>
        {compact ? <IconButton label={t("act.macro")} keys={map.macro} onClick={toggle("macro")}><IconBolt size={17} /></IconButton> : <span className={css.anchor} />}
      </MacroPicker>
      <AssignPicker targets={targets} {...at("assign")}>
        {compact ? <IconButton label={t("act.assign")} keys={map.assign} onClick={toggle("assign")}><IconUser size={17} /></IconButton>
          : <Owner targets={targets} keys={map.assign} onClick={toggle("assign")} />}
      </AssignPicker>
      <StatusPicker targets={targets} {...at("status")} onDone={onDone}>
        {compact ? <span /> : <span className={css.anchor} />}
      </StatusPicker>
      {settled ? (
        <Button icon={<IconRotateClockwise size={15} />} onClick={() => void reopen(targets)}>{t(targets[0]?.status === "snoozed" ? "act.wake" : "act.reopen")}</Button>
      ) : compact ? (
        <IconButton label={t("act.resolve")} keys={map.resolve} onClick={settle}><IconCheck size={17} /></IconButton>
      ) : (
        <Button kind="primary" keys={map.resolve} title={tip(t("act.resolve"), map.resolve)} onClick={settle} className={css.resolve!} icon={<IconCheck size={15} stroke={2.2} />}>{t("act.resolve")}</Button>
      )}
      {compact ? null : <More conversation={targets[0]} onStatus={toggle("status")} onMacro={toggle("macro")} />}
    </div>
  );
}

function Owner({ targets, keys, ...rest }: { targets: readonly Conversation[]; keys: string; onClick: () => void; ref?: React.Ref<HTMLButtonElement> }) {
  const t = useT();
  const mine = useMe().agent.id === targets[0]?.assignee_id;
  return (
    <Button {...rest} keys={keys} title={tip(t("act.assign"), keys)} className={css.owner!} icon={<IconUser size={15} />} aria-haspopup="listbox">
      {mine ? t("common.you") : t("act.assign")}
    </Button>
  );
}

function More({ conversation, onStatus, onMacro }: { conversation: Conversation | undefined; onStatus: () => void; onMacro: () => void }) {
  const t = useT();
  const { map } = useStore(keymap);
  const me = useMe().agent;
  if (!conversation) return null;
  return (
    <Menu label={t("act.more")} trigger={<IconButton label={t("act.more")}><IconDots size={17} /></IconButton>} items={[
      { label: t("act.take"), hint: cap(map.take), run: () => void take([conversation], me.id) },
      { label: t("act.macro"), hint: cap(map.macro), run: onMacro },
      { label: t("act.status"), hint: cap(map.status), run: onStatus },
      { label: t("act.mark_unread"), run: () => void unread(conversation) },
      { label: t("act.copy_link"), icon: <IconLink size={15} />, run: () => {
        void navigator.clipboard?.writeText(`${location.origin}/inbox/${conversation.id}`);
        say(t("toast.link_copied"));
      } },
    ]} />
  );
}
