/** The list: windowed, calm under the pointer, walked by keys; it keeps its scroll while one reads. */
import type { Conversation, Id } from "@shared/types";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from "react";
import { useT } from "@lib/i18n";
import { useKeys } from "@lib/keys";
import type { ListFilter } from "@lib/model";
import { agentsQuery, conversationsQuery, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { Bones, Empty, Failed } from "@ui/Empty";
import { IconArrowUp } from "@ui/icons";
import css from "./ConversationList.module.css";
import { asked, clearSelected, cursor, selected, select, toggleSelected, type PickerName } from "./desk";
import { resolve, take } from "./acts";
import { ListEmpty } from "./ListEmpty";
import Row from "./Row";
import { useCalm } from "./useCalm";

interface Props {
  filter: ListFilter; openId: Id | undefined; onOpen: (id: Id) => void; onFilter: (filter: Partial<ListFilter>) => void;
  onShown: (items: readonly Conversation[]) => void; empty?: ReactNode;
}

const HEIGHTS = { compact: 60, cosy: 74 };
const place = new Map<string, number>();

export function ConversationList({ filter, openId, onOpen, onFilter, onShown, empty }: Props) {
  const t = useT();
  const me = useMe().agent;
  const query = useInfiniteQuery(conversationsQuery(filter));
  const { data: agents } = useQuery(agentsQuery);
  const byId = useMemo(() => new Map(agents?.map((one) => [one.id, one])), [agents]);
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const key = [filter.view, filter.inbox, filter.priority, filter.sort].join(":");
  const { shown, fresh, letIn } = useCalm(items, scroller, key);
  const current = useStore(cursor);
  const chosen = useStore(selected);
  const height = HEIGHTS[me.preferences?.density ?? "compact"];
  // The same functions for the same rows: new ones have every row of the list measured anew.
  const idAt = useCallback((at: number) => shown[at]!.id, [shown]);
  const heightAt = useCallback(() => height, [height]);
  const rows = useVirtualizer({
    count: shown.length, getScrollElement: () => scroller.current, estimateSize: heightAt, overscan: 8,
    getItemKey: idAt, initialOffset: place.get(key) ?? 0,
  });
  const index = shown.findIndex((one) => one.id === current);

  useEffect(() => onShown(shown), [shown, onShown]);
  useEffect(() => {
    if (openId) cursor.set(openId);
  }, [openId]);
  useEffect(() => rows.measure(), [height, rows]);
  const virtual = rows.getVirtualItems();
  const reached = (virtual.at(-1)?.index ?? 0) >= shown.length - 10;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (reached && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [reached, hasNextPage, isFetchingNextPage, fetchNextPage]);

  function go(step: number): void {
    const next = shown[index < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, index + step))];
    if (!next) return;
    cursor.set(next.id);
    // Who walks by letters from nowhere stands in the list from then on: a screen reader tells each row.
    if (document.activeElement === document.body) list.current?.focus({ preventScroll: true });
    bring(shown.indexOf(next));
    follow(next.id);
  }
  /** Reads where the scroll is only, no sizes: those would lay out the page at every key. */
  function bring(at: number): void {
    const top = at * height;
    const seen = rows.scrollRect?.height ?? 0;
    if (top < (rows.scrollOffset ?? 0)) rows.scrollToOffset(top);
    else if (top + height > (rows.scrollOffset ?? 0) + seen) rows.scrollToOffset(top + height - seen);
  }
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  function follow(id: Id): void {
    clearTimeout(timer.current);
    if (openId) timer.current = setTimeout(() => onOpen(id), 110);
  }
  const under = shown[index];
  const onCursor = (run: (one: Conversation) => void) => (): boolean | void => {
    if (!under || chosen.size) return false;
    run(under);
  };
  /** With Shift the rows one walks over are chosen. */
  const walk = (step: number) => (event: KeyboardEvent): void => {
    if (event.shiftKey && under && !chosen.has(under.id)) toggleSelected(under.id);
    const next = shown[index + step];
    if (event.shiftKey && next && !chosen.has(next.id)) toggleSelected(next.id);
    go(step);
  };
  const pick = (name: PickerName) => onCursor((one) => {
    onOpen(one.id);
    asked.set(name);
  });
  useKeys({
    next: walk(1), previous: walk(-1), open: () => (under ? onOpen(under.id) : false),
    select: () => (under ? toggleSelected(under.id) : false),
    ...(openId ? {} : {
      resolve: onCursor((one) => { go(1); void resolve([one]); }), take: onCursor((one) => void take([one], me.id)),
      assign: pick("assign"), snooze: pick("snooze"), tag: pick("tag"), priority: pick("priority"), macro: pick("macro"), status: pick("status"),
      leave: () => (chosen.size ? clearSelected() : false),
    }),
  });

  function onKeyDown(event: React.KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (steps[event.key]) go(steps[event.key]!);
    else if (event.key === "Enter" && under) onOpen(under.id);
    else if (event.key === " " && under) toggleSelected(under.id);
    else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) select(shown);
    else if (event.key === "Home") go(-shown.length);
    else if (event.key === "End") go(shown.length);
    else return;
    event.preventDefault();
  }

  const waiting = query.isPending;
  const paused = query.fetchStatus === "paused";
  return (
    <div className={css.body}>
      {fresh > 0 ? (
        <button type="button" className={css.pill} onClick={letIn}><IconArrowUp size={14} />{t("list.new", { count: fresh })}</button>
      ) : null}
      <div ref={scroller} className={`${css.scroller} scroll`} onScroll={(event) => place.set(key, event.currentTarget.scrollTop)}>
        {waiting && paused ? <Empty drawing="tray" title={t("thread.not_kept_title")}>{t("thread.not_kept_body")}</Empty> : null}
        {waiting && !paused ? <Bones kind="row" rows={9} /> : null}
        {query.isError && !query.data ? <Failed what={t("list.error")} error={query.error} retry={() => void query.refetch()} /> : null}
        {!waiting && !query.isError && shown.length === 0 ? (empty ?? <ListEmpty filter={filter} onFilter={onFilter} />) : null}
        <div ref={list} role="listbox" aria-label={t("list.label")} tabIndex={shown.length ? 0 : -1} aria-multiselectable={chosen.size > 0}
          aria-activedescendant={under && virtual.some((item) => item.index === index) ? `row-${under.id}` : undefined} onKeyDown={onKeyDown}
          hidden={shown.length === 0} className={css.rows} style={{ height: rows.getTotalSize() }}>
          {virtual.map((item) => {
            const one = shown[item.index]!;
            return (
              <div key={item.key} id={`row-${one.id}`} role="option" aria-selected={chosen.has(one.id) || one.id === openId}
                aria-posinset={item.index + 1} aria-setsize={hasNextPage ? -1 : shown.length} className={css.place} data-current={one.id === current}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}>
                <Row conversation={one} agents={byId} me={me.id} myName={me.name} current={one.id === current} opened={one.id === openId}
                  chosen={chosen.has(one.id)} onOpen={onOpen} onChoose={toggleSelected} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
