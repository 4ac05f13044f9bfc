/** Above the list: the views with their counts, the inbox filter, and what to do with chosen rows. */
import type { Conversation } from "@shared/types";
import type { Key } from "@shared/t";
import { useQuery } from "@tanstack/react-query";
import { useT } from "@lib/i18n";
import { useKeys } from "@lib/keys";
import { VIEWS, type Counts, type ListFilter, type View } from "@lib/model";
import { countsQuery, inboxesQuery } from "@lib/queries";
import { useStore } from "@lib/store";
import { IconButton } from "@ui/Button";
import { IconChevronDown, IconFilter, IconX } from "@ui/icons";
import { Menu } from "@ui/Menu";
import { Acts } from "./Acts";
import { clearSelected, selected } from "./desk";
import { FALLING, nameOf, PriorityIcon } from "./Priority";
import css from "./ListHead.module.css";

const NAMES: Record<View, Key> = {
  mine: "list.mine", unassigned: "list.unassigned", open: "list.all", pending: "list.pending",
  snoozed: "list.snoozed", resolved: "list.resolved",
};
const TABS: readonly View[] = ["mine", "unassigned", "open"];

function countOf(view: View, counts: Counts | undefined): number | undefined {
  return view === "mine" ? counts?.mine : view === "unassigned" ? counts?.unassigned : view === "open" ? counts?.open : undefined;
}

interface Props { filter: ListFilter; onFilter: (filter: Partial<ListFilter>) => void; shown: readonly Conversation[] }

export function ListHead({ filter, onFilter, shown }: Props) {
  const t = useT();
  const { data: counts } = useQuery(countsQuery);
  const chosen = useStore(selected);
  const view = (index: number) => () => onFilter({ view: VIEWS[index]! });
  useKeys({ view_1: view(0), view_2: view(1), view_3: view(2), view_4: view(3), view_5: view(4), view_6: view(5) });
  if (chosen.size) return <SelectionBar shown={shown} />;
  const more = !TABS.includes(filter.view);
  return (
    <div className={css.head}>
      <nav className={css.tabs} aria-label={t("list.views")}>
        {TABS.map((one) => (
          <button key={one} type="button" className={css.tab} aria-current={filter.view === one ? "page" : undefined} onClick={() => onFilter({ view: one })}>
            {t(NAMES[one])} <em>{countOf(one, counts)?.toLocaleString(t.locale) ?? ""}</em>
          </button>
        ))}
        <Menu label={t("list.views")} side="start" items={VIEWS.slice(3).map((one) => ({ label: t(NAMES[one]), on: filter.view === one, run: () => onFilter({ view: one }) }))}
          trigger={<button type="button" className={css.tab} aria-current={more ? "page" : undefined}>{more ? t(NAMES[filter.view]) : t("common.more")} <IconChevronDown size={14} /></button>} />
      </nav>
    </div>
  );
}

/** Which inbox and priority the list shows, and in what order. */
export function Narrowing({ filter, onFilter }: Omit<Props, "shown">) {
  const t = useT();
  const { data: inboxes } = useQuery(inboxesQuery);
  const current = inboxes?.find((one) => one.id === filter.inbox);
  const priority = filter.priority;
  const [inInbox, pressing, inOrder] = [t("list.filter_inbox"), t("act.priority"), t("list.order")];
  const said = [current?.name, priority ? t(nameOf(priority)) : "", filter.sort ? t("list.order_priority") : ""].filter(Boolean).join(", ");
  return (
    <Menu label={t("list.filter")} items={[
      { group: inOrder, label: t("list.order_activity"), on: !filter.sort, run: () => onFilter({ sort: undefined }) },
      { group: inOrder, label: t("list.order_priority"), on: filter.sort === "priority", run: () => onFilter({ sort: "priority" }) },
      { group: pressing, label: t("list.filter_all_priorities"), on: !priority, run: () => onFilter({ priority: undefined }) },
      ...FALLING.map((one) => ({ group: pressing, label: t(nameOf(one)), icon: <PriorityIcon priority={one} />, on: one === priority,
        run: () => onFilter({ priority: one }) })),
      { group: inInbox, label: t("list.filter_all_inboxes"), on: !current, run: () => onFilter({ inbox: undefined }) },
      ...(inboxes ?? []).map((one) => ({ group: inInbox, label: one.name, on: one.id === filter.inbox, run: () => onFilter({ inbox: one.id }) })),
    ]} trigger={
      <IconButton label={said ? `${t("list.filter")}: ${said}` : t("list.filter")} className={said ? css.filtered! : ""}>
        <IconFilter size={16} />
      </IconButton>
    } />
  );
}

function SelectionBar({ shown }: { shown: readonly Conversation[] }) {
  const t = useT();
  const chosen = useStore(selected);
  const targets = shown.filter((one) => chosen.has(one.id));
  useKeys({ leave: () => clearSelected() });
  return (
    <div className={css.head}>
      <span className={css.count}>{t("list.selected", { count: chosen.size })}</span>
      <Acts targets={targets} compact onDone={clearSelected} />
      <IconButton label={t("common.clear")} keys="escape" onClick={clearSelected}><IconX size={16} /></IconButton>
    </div>
  );
}
