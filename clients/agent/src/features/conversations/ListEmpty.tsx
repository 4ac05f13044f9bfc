/** Why the list is empty, and what fills it. */
import type { Key } from "@shared/t";
import { Link } from "@tanstack/react-router";
import { useT } from "@lib/i18n";
import type { ListFilter } from "@lib/model";
import { Button } from "@ui/Button";
import { Empty } from "@ui/Empty";

export function ListEmpty({ filter, onFilter }: { filter: ListFilter; onFilter: (filter: Partial<ListFilter>) => void }) {
  const t = useT();
  if (filter.inbox || filter.priority) {
    return (
      <Empty drawing="tray" title={t("list.empty_filter_title")} action={<Button onClick={() => onFilter({ inbox: undefined, priority: undefined })}>{t("list.clear_filters")}</Button>}>
        {t("list.empty_filter_body")}
      </Empty>
    );
  }
  const area = filter.view === "open" ? "all" : filter.view;
  const action = filter.view === "mine" ? <Button onClick={() => onFilter({ view: "unassigned" })}>{t("list.empty_mine_action")}</Button>
    : filter.view === "open" ? <Link to="/playground">{t("list.empty_all_action")}</Link> : undefined;
  return (
    <Empty drawing={filter.view === "snoozed" ? "thread" : "tray"} title={t(`list.empty_${area}_title` as Key)} action={action}>
      {t(`list.empty_${area}_body` as Key)}
    </Empty>
  );
}
