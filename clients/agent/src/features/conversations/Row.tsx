/** One conversation in the list: who and when; what, with the owner and the clock at the right. */
import type { Conversation } from "@shared/types";
import { memo } from "react";
import { useT } from "@lib/i18n";
import { contactTyping, marks } from "@lib/live";
import type { Agent } from "@lib/model";
import { useStore } from "@lib/store";
import { moment, span } from "@lib/time";
import { Avatar } from "@ui/Avatar";
import { Bead } from "@ui/Bead";
import { IconAlarmSnooze, IconCheck, IconEye, IconPencil } from "@ui/icons";
import { Time, useNow } from "@ui/Time";
import { PriorityMark } from "./Priority";
import css from "./Row.module.css";

interface Props {
  conversation: Conversation; agents: ReadonlyMap<string, Agent>; me: string; myName: string;
  current: boolean; opened: boolean; chosen: boolean; onOpen: (id: string) => void; onChoose: (id: string) => void;
}

function Row({ conversation: one, agents, me, myName, current, opened, chosen, onOpen, onChoose }: Props) {
  const t = useT();
  const owner = one.assignee_id ? agents.get(one.assignee_id) : undefined;
  const name = one.contact.name || t("common.unnamed");
  return (
    <div className={`${css.row} ${one.unread ? css.unread : ""} ${opened ? css.opened : ""} ${current ? css.current : ""} ${chosen ? css.chosen : ""}`}
      onClick={(event) => (event.metaKey || event.ctrlKey ? onChoose(one.id) : onOpen(one.id))}>
      <span className={css.bead}>
        {chosen ? <span className={css.check}><IconCheck size={14} stroke={2.4} /></span> : <Bead channel={one.channel} filled={one.unread} />}
      </span>
      <span className={`${css.who} cut`}>{name}{one.unread ? <span className="hidden"> · {t("list.unread")}</span> : null}</span>
      <span className={css.when}><Time at={one.activity_at} /></span>
      <span className={`${css.what} cut`}><Preview one={one} myName={myName} /></span>
      <span className={css.marks}>
        <Colleagues id={one.id} />
        <PriorityMark priority={one.priority} />
        <Clock one={one} />
        {owner && owner.id !== me ? <Avatar name={owner.name} size={18} title={owner.name} /> : null}
      </span>
    </div>
  );
}

/** What recordings are called, here and at the vendors: no name a person gave. */
const VOICE = /^voice(-\d+)?\.\w{2,4}$/;

function Preview({ one, myName }: { one: Conversation; myName: string }) {
  const t = useT();
  const typing = useStore(contactTyping)[one.id];
  const last = one.last_message;
  if (typing && typing > Date.now()) return <em className={css.typing}>{t("list.contact_typing")}</em>;
  const lead = one.subject && last?.author_kind === "contact" ? <b>{one.subject}</b> : null;
  const said = last && VOICE.test(last.preview) ? t("list.voice") : last?.preview || (last && !lead ? t("list.no_text") : "");
  if (last?.author_kind === "agent") {
    const own = last.author_name === myName;
    return <>{own ? t("list.you_wrote", { text: said }) : t("list.other_wrote", { name: last.author_name.split(" ")[0] ?? "", text: said })}</>;
  }
  return <>{lead}{lead && said ? " · " : null}{said}</>;
}

function Colleagues({ id }: { id: string }) {
  const t = useT();
  const here = useStore(marks)[id] ?? [];
  const first = here.find((one) => one.doing === "typing") ?? here[0];
  if (!first) return null;
  const label = t(first.doing === "typing" ? "list.someone_typing" : "list.someone_viewing", { name: first.agent_name });
  return (
    <span className={css.colleague} role="img" aria-label={label} title={label}>
      {first.doing === "typing" ? <IconPencil size={13} /> : <IconEye size={13} />}
    </span>
  );
}

function Clock({ one }: { one: Conversation }) {
  const t = useT();
  const now = useNow();
  if (one.status === "snoozed") {
    const text = one.snoozed_until ? moment(t, one.snoozed_until, now) : t("list.until_reply");
    return <span className={css.chip}><IconAlarmSnooze size={12} />{text}</span>;
  }
  if (one.status === "open" && one.woken_at && one.woken_at >= one.activity_at) return <span className={css.chip}>{t("list.back_from_snooze")}</span>;
  if (one.status !== "open" || !one.waiting_since) return null;
  const waited = now.getTime() - Date.parse(one.waiting_since);
  if (waited < 3_600_000) return null;
  const text = span(t, waited);
  return <span className={`${css.chip} ${waited > 4 * 3_600_000 ? css.late : ""}`} title={t("list.waiting", { time: text })}>{text}</span>;
}

export default memo(Row);
