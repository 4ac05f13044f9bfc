/** Over the thread: what it is about, who has it, and the acts. */
import type { Conversation } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useT } from "@lib/i18n";
import { keymap } from "@lib/keys";
import { agentsQuery, inboxesQuery, tagsQuery, teamsQuery, useCan, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { IconButton } from "@ui/Button";
import { Coming } from "@ui/Coming";
import { IconArrowLeft, IconLayoutSidebarRight, IconShare } from "@ui/icons";
import { TagChip } from "@ui/TagChip";
import { Time } from "@ui/Time";
import { Acts } from "./Acts";
import { PriorityMark } from "./Priority";
import { leaving } from "./elsewhere";
import css from "./ThreadHead.module.css";

const Elsewhere = lazy(() => import("./Elsewhere"));

/** As many tags as a glance takes in; the others are told on hover and stand in the picker. */
const SHOWN = 3;

interface Props {
  conversation: Conversation; panel: boolean; onPanel: () => void; onBack: () => void; onDone: () => void; wide: boolean;
}

export function ThreadHead({ conversation, panel, onPanel, onBack, onDone, wide }: Props) {
  const t = useT();
  const { map } = useStore(keymap);
  const me = useMe().agent;
  const { data: inboxes } = useQuery(inboxesQuery);
  const { data: agents } = useQuery(agentsQuery);
  const { data: teams } = useQuery(teamsQuery);
  const { data: tags } = useQuery(tagsQuery);
  const may = useCan("conversation:reply");
  const going = useStore(leaving);
  const inbox = inboxes?.find((one) => one.id === conversation.inbox_id);
  const owner = conversation.assignee_id === me.id ? t("common.you") : agents?.find((one) => one.id === conversation.assignee_id)?.name;
  const team = teams?.find((one) => one.id === conversation.team_id)?.name;
  const name = conversation.contact.name || t("common.unnamed");
  const title = conversation.subject || name;
  const own = tags?.filter((one) => conversation.tag_ids.includes(one.id)) ?? [];
  const marked = conversation.priority !== "none";
  return (
    <header className={css.head} data-back={!wide}>
      {wide ? null : <IconButton label={t("common.back")} keys={map.leave} onClick={onBack}><IconArrowLeft size={18} /></IconButton>}
      <h1 className={`${css.title} cut`} title={title}>{title}</h1>
      <div className={css.about}>
        <p className="cut">
          <span className={css.place}>#{conversation.number.toLocaleString(t.locale)} · </span>
          {conversation.subject ? <span>{name} · </span> : null}
          {inbox ? <span className={css.place}>{inbox.name} · </span> : null}
          <span>{owner ?? team ?? t("list.unassigned")}</span>
          <span className={css.since}> · {conversation.status === "open"
            ? <>{t("status.open")}, <Time at={conversation.created_at} as="ago" /></>
            : t(`status.${conversation.status}`)}</span>
        </p>
        {own.length || marked ? (
          <div className={css.tags}>
            <PriorityMark priority={conversation.priority} />
            {own.slice(0, SHOWN).map((tag) => <TagChip key={tag.id} tag={tag} />)}
            {own.length > SHOWN ? <span title={own.slice(SHOWN).map((tag) => tag.name).join(", ")}>+{own.length - SHOWN}</span> : null}
          </div>
        ) : null}
      </div>
      <div className={css.acts}>
        <Acts targets={[conversation]} onDone={onDone} />
        {may ? <IconButton label={t("act.elsewhere")} onClick={() => leaving.set(conversation.id)}><IconShare size={17} /></IconButton> : null}
        <IconButton label={t("act.panel")} keys={map.panel} on={panel} onClick={onPanel}><IconLayoutSidebarRight size={17} /></IconButton>
      </div>
      {may && going === conversation.id ? <Suspense fallback={<Coming what="layer" />}><Elsewhere conversation={conversation} onClose={() => leaving.set(null)} /></Suspense> : null}
    </header>
  );
}
