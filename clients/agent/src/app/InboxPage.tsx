/** The inbox: list, thread, customer. Three columns, two and a drawer, or one at a time. */
import type { Conversation, Id } from "@shared/types";
import { usePrefetchInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ComponentProps, type ReactNode } from "react";
import { useT } from "@lib/i18n";
import { keymap, useKeys } from "@lib/keys";
import { layer } from "@lib/layers";
import { useRoom, type Room } from "@lib/media";
import type { ListFilter } from "@lib/model";
import { prefer } from "@lib/prefs";
import { conversationQuery, messagesQuery, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { Cap } from "@ui/Button";
import { Coming } from "@ui/Coming";
import { Empty } from "@ui/Empty";
import { IconSearch } from "@ui/icons";
import { ConversationList } from "@features/conversations/ConversationList";
import { asked, clearSelected, cursor } from "@features/conversations/desk";
import { Narrowing, ListHead } from "@features/conversations/ListHead";
import css from "./InboxPage.module.css";
import { ContactPanel, ConversationPane, fetchAhead } from "./opened";

const SideDrawer = lazy(() => import("./SideDrawer"));

/** The inbox at its addresses. */
export function InboxPage() {
  const { id } = useParams({ strict: false });
  const search = useSearch({ from: "/desk/inbox" });
  const navigate = useNavigate();
  const filter = useMemo<ListFilter>(() => ({
    view: search.view ?? "mine", inbox: search.inbox, priority: search.priority, sort: search.sort,
  }), [search.view, search.inbox, search.priority, search.sort]);
  const go = useCallback((next: Id | null, change: Partial<ListFilter> = {}) => {
    const at = { ...filter, ...change };
    if (next) void navigate({ to: "/inbox/$id", params: { id: next }, search: at });
    else void navigate({ to: "/inbox", search: at });
  }, [filter, navigate]);
  return <Inbox id={id} filter={filter} go={go} />;
}

interface Props { id: Id | undefined; filter: ListFilter; go: (id: Id | null, change?: Partial<ListFilter>) => void; fixed?: Room }

export function Inbox({ id, filter, go, fixed }: Props) {
  const t = useT();
  const me = useMe().agent;
  const measured = useRoom();
  const room = fixed ?? measured;
  const wide = room !== "one";
  const [drawer, setDrawer] = useState(false);
  const panel = room === "three" ? (me.preferences?.panel ?? true) : drawer;
  const shown = useRef<readonly Conversation[]>([]);
  const [items, setItems] = useState<readonly Conversation[]>([]);
  const onShown = useCallback((list: readonly Conversation[]) => {
    shown.current = list;
    setItems(list);
  }, []);
  const onOpen = useCallback((next: Id) => go(next), [go]);
  const onFilter = useCallback((change: Partial<ListFilter>) => {
    clearSelected();
    go(wide && id ? id : null, change);
  }, [go, id, wide]);

  function onPanel(): void {
    if (room === "three") void prefer({ panel: !panel }).catch(() => undefined);
    else setDrawer(!drawer);
  }
  /** After settling one: the next in the list, as it stands on the screen. */
  function onDone(): void {
    const at = shown.current.findIndex((one) => one.id === (id ?? cursor.get()));
    const next = shown.current[at + 1] ?? shown.current[at - 1];
    if (!id) return;
    go(at >= 0 && next && wide ? next.id : null);
  }
  const stands = items.length > 0;
  useEffect(() => {
    if (stands) fetchAhead();
  }, [stands]);
  useKeys(id ? { panel: onPanel, leave: () => go(null) } : {});

  return (
    <div className={css.inbox} data-room={room} data-panel={room === "three" && panel && Boolean(id)}>
      {wide || !id ? (
        <section className={css.list} aria-label={t("list.label")}>
          {id ? null : <h1 className="hidden">{t("nav.inbox")}</h1>}
          <ListHead filter={filter} onFilter={onFilter} shown={items} />
          <div className={css.finding}><Find /><Narrowing filter={filter} onFilter={onFilter} /></div>
          <ConversationList filter={filter} openId={id} onOpen={onOpen} onFilter={onFilter} onShown={onShown} />
        </section>
      ) : null}
      {id ? (
        <section className={css.thread} aria-label={t("thread.label")}>
          <Opened id={id} panel={panel} wide={wide} onPanel={onPanel} onBack={() => go(null)} onDone={onDone} />
        </section>
      ) : wide ? (
        <section className={css.thread} aria-label={t("thread.label")}><Empty drawing="thread" title={t("thread.empty_title")}>{t("thread.empty_body")}</Empty></section>
      ) : null}
      <Wished />
      {id && room === "three" && panel ? <aside className={`${css.panel} scroll`} aria-label={t("panel.label")}><Person id={id} /></aside> : null}
      {id && room !== "three" && drawer ? (
        <Suspense fallback={<Coming what="layer" />}><SideDrawer onClose={() => setDrawer(false)}><Person id={id} coming={<Coming what="layer" />} /></SideDrawer></Suspense>
      ) : null}
    </div>
  );
}

function Opened(props: Omit<ComponentProps<typeof ConversationPane>, "coming">) {
  // What is said in it is asked for beside its code and the conversation, not after them.
  usePrefetchInfiniteQuery(messagesQuery(props.id));
  return <ConversationPane coming={<Coming />} {...props} />;
}

function Person({ id, coming }: { id: Id; coming?: ReactNode }) {
  const { data } = useQuery(conversationQuery(id));
  return data ? <ContactPanel coming={coming} id={data.contact.id} conversation={data} /> : null;
}

/** A picker was asked for over the list: it opens with the conversation. */
function Wished() {
  return useStore(asked) ? <Coming what="layer" /> : null;
}

function Find() {
  const t = useT();
  const { map } = useStore(keymap);
  return (
    <button type="button" className={css.find} onClick={() => layer.set("palette")}>
      <IconSearch size={15} aria-hidden /><span>{t("list.find")}</span><Cap keys={map.palette} />
    </button>
  );
}
