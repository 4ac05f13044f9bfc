/** What one can do to a message: a mark, an answer to it, a new text, taking it back; and why not. */
import type { Message } from "@shared/types";
import { lazy, Suspense, useState } from "react";
import { useT } from "@lib/i18n";
import type { Channel } from "@lib/model";
import { useCan, useMe } from "@lib/queries";
import { moment } from "@lib/time";
import { IconButton } from "@ui/Button";
import { Coming } from "@ui/Coming";
import { Floating } from "@ui/Floating";
import { IconArrowBackUp, IconDots, IconMoodPlus, IconPencil, IconTrash } from "@ui/icons";
import { Menu, type MenuItem } from "@ui/Menu";
import { ask } from "../desk";
import { ownMark, react, takeBack } from "./amend";
import css from "./Amend.module.css";
import { isLive, until, whyNot } from "./may";

/** A dialog is not needed to read a thread. */
const Confirm = lazy(() => import("@ui/Sheet").then((module) => ({ default: module.Confirm })));

interface Props { message: Message; channel: Channel | undefined; onEdit: () => void }

export function MessageActs({ message, channel, onEdit }: Props) {
  const t = useT();
  const may = useCan("conversation:reply");
  const [removing, setRemoving] = useState(false);
  if (!may || !isLive(message)) return null;
  const now = Date.now();
  const quote = (): void => ask("reply", { id: message.id, name: message.author.name, text: message.text.slice(0, 160) || (message.attachments[0]?.name ?? "") });
  const item = (deed: "edit" | "delete", label: string, run: () => void, icon: MenuItem["icon"]): MenuItem => {
    const why = whyNot(deed, message, channel, now);
    const end = why || !channel ? null : until(deed, message, channel);
    return { label, run, icon, off: why !== null, ...(why ? { hint: t(`error.${why}`) } : end ? { hint: t("amend.until", { time: moment(t, new Date(end).toISOString()) }) } : {}) };
  };
  const items = message.kind === "outgoing" ? [
    item("edit", t("amend.edit"), onEdit, <IconPencil size={16} aria-hidden />),
    item("delete", t("amend.take_back"), () => setRemoving(true), <IconTrash size={16} aria-hidden />),
  ] : [];
  return (
    <span className={css.acts}>
      {whyNot("react", message, channel, now) === null ? <Marks message={message} /> : null}
      <IconButton label={t("amend.answer")} className={css.act!} onClick={quote}><IconArrowBackUp size={16} /></IconButton>
      {items.length ? <Menu label={t("amend.more")} items={items} side="start" trigger={<IconButton label={t("amend.more")} className={css.act!}><IconDots size={16} /></IconButton>} /> : null}
      {removing ? (
        <Suspense fallback={<Coming what="layer" />}>
          <Confirm title={t("amend.take_back")} body={t("amend.take_back_body")} act={t("amend.take_back")} onClose={() => setRemoving(false)}
            onConfirm={async () => { await takeBack(message); setRemoving(false); }} />
        </Suspense>
      ) : null}
    </span>
  );
}

/** Signs that every channel with reactions takes, as far as is known; another is refused with its reason. */
const SIGNS = ["👍", "❤️", "😁", "🎉", "🙏", "🔥", "😢", "🤔", "👌", "👏", "😍", "👎"];
const ACROSS = 6;

function Marks({ message }: { message: Message }) {
  const t = useT();
  const me = useMe().agent;
  const [open, setOpen] = useState(false);
  const mine = ownMark(message, me.id);
  function walk(event: React.KeyboardEvent<HTMLDivElement>): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ACROSS, ArrowUp: -ACROSS }[event.key];
    if (step === undefined) return;
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    event.preventDefault();
    event.stopPropagation();
    all[(at + step + all.length) % all.length]?.focus();
  }
  return (
    <Floating open={open} onClose={() => setOpen(false)} label={t("amend.react")} side="start" layer="picker" trigger={
      <IconButton label={t("amend.react")} className={css.act!} aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}><IconMoodPlus size={16} /></IconButton>
    }>
      <div className={css.signs} onKeyDown={walk} role="group" aria-label={t("amend.react")}>
        {SIGNS.map((sign) => (
          <button key={sign} type="button" aria-pressed={sign === mine} onClick={() => { setOpen(false); void react(message, me, sign); }}>{sign}</button>
        ))}
      </div>
    </Floating>
  );
}
