/** Signed in: the rail, the live connection, palette and keys; signed out: the way to the door. */
import type { Key } from "@shared/t";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { ApiError, setCsrf, whenSignedOut } from "@lib/api";
import { cache, setSelf } from "@lib/cache";
import { useT } from "@lib/i18n";
import { useKeys } from "@lib/keys";
import { layer } from "@lib/layers";
import { connect, connected, disconnect, whenGone } from "@lib/live";
import type { Me } from "@lib/model";
import { apply } from "@lib/prefs";
import { countsQuery, inboxesQuery, meQuery } from "@lib/queries";
import { useStore } from "@lib/store";
import { say } from "@lib/toasts";
import { Coming } from "@ui/Coming";
import { Failed } from "@ui/Empty";
import { Thread } from "@ui/Logo";
import css from "./Desk.module.css";
import { beginKeeping, renewAll, stopKeeping } from "@lib/kept";
import { beginOutbox, waiting } from "@lib/outbox";
import { isOutdated, keepShell } from "@lib/shell";
import { undo } from "@features/conversations/acts";
import "@features/conversations/outcomes";
import { Rail } from "./Rail";

const Palette = lazy(() => import("./Palette"));
const KeyList = lazy(() => import("./KeyList"));

export function Desk() {
  const t = useT();
  const me = useQuery(meQuery);
  if (me.isPending) return <div className={css.wait}><Thread label={t("common.loading")} /></div>;
  if (me.error instanceof ApiError && me.error.status === 401) return <ToDoor />;
  if (!me.data) return <Failed what={t("app.error_title")} error={me.error} retry={() => void me.refetch()} />;
  return <SignedIn me={me.data} />;
}

/** To the sign-in, once, and back here after it. */
function ToDoor() {
  const navigate = useNavigate();
  useEffect(() => {
    void stopKeeping();
    const here = location.pathname + location.search;
    void navigate({ to: "/sign-in", search: { to: here === "/" || here === "/inbox" ? undefined : here }, replace: true });
  }, [navigate]);
  return <div className={css.wait} />;
}

function SignedIn({ me }: { me: Me }) {
  const navigate = useNavigate();
  const [ready, setReady] = useState(false);
  const shown = useStore(layer);
  setCsrf(me.csrf_token);
  setSelf(me.agent.id);

  useEffect(() => {
    void apply(me).then(() => setReady(true));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the profile is applied once; later changes apply themselves
  }, [me.agent.id]);
  useEffect(() => {
    connect(me.agent.id);
    void beginOutbox(me.agent.id);
    void beginKeeping(me.agent.id);
    keepShell();
    const leave = (): void => {
      disconnect();
      void beginOutbox(null);
      void stopKeeping();
      cache.clear();
      void navigate({ to: "/sign-in", search: { to: location.pathname } });
    };
    whenSignedOut(leave);
    // Another agent signed in beside: nothing of the one before may stay on this page.
    whenGone((why) => (why === "switched" ? location.reload() : leave()));
    return disconnect;
  }, [me.agent.id, navigate]);

  useKeys({
    palette: () => layer.set((now) => (now === "palette" ? null : "palette")), help: () => layer.set("keys"),
    undo: () => void undo(), search: () => void navigate({ to: "/search", search: {} }),
    go_inbox: () => void navigate({ to: "/inbox" }), go_contacts: () => void navigate({ to: "/contacts", search: {} }),
    go_playground: () => void navigate({ to: "/playground" }), go_settings: () => void navigate({ to: "/settings/profile" }),
  });
  useFirstRun(me);
  useReturn();
  useTitle();
  if (!ready) return <div className={css.wait} />;
  return (
    <div className={css.desk} data-density={me.agent.preferences?.density ?? "compact"}>
      <Rail />
      <main id="content" className={css.main}>
        <Offline />
        <Outlet />
      </main>
      <Suspense fallback={<Coming what="layer" />}>
        {shown === "palette" ? <Palette /> : null}
        {shown === "keys" ? <KeyList /> : null}
      </Suspense>
    </div>
  );
}

/** Back on the line: what was kept is asked for again, and a page of an older version says so. */
function useReturn(): void {
  const t = useT();
  const live = useStore(connected);
  const told = useRef(false);
  useEffect(() => {
    if (!live) return;
    void renewAll();
    void isOutdated().then((old) => {
      if (!old || told.current) return;
      told.current = true;
      // Nobody looks, so nobody loses their place.
      if (document.visibilityState === "hidden") location.reload();
      else say(t("app.outdated"), { ms: 24 * 3_600_000, action: { label: t("app.reload"), run: () => location.reload() } });
    });
  }, [live, t]);
}

/** A workspace without a channel begins with the wizard, or goes on with it, unless one chose to do it later. */
function useFirstRun(me: Me): void {
  const navigate = useNavigate();
  const { data } = useQuery(inboxesQuery);
  const may = me.permissions.includes("inbox:write") || me.permissions.includes("*");
  const none = data?.every((one) => one.accounts.length === 0) ?? false;
  useEffect(() => {
    // Who takes the last account away in the settings stays there; who is at it already keeps the step.
    const elsewhere = !/^\/(settings|start)/.test(location.pathname);
    if (none && may && elsewhere && !sessionStorage.getItem("hilo.later")) void navigate({ to: "/start", replace: true });
  }, [none, may, navigate]);
}

const TITLES: readonly [string, Key][] = [
  ["/inbox", "nav.inbox"], ["/contacts", "nav.contacts"], ["/search", "nav.search"], ["/playground", "nav.playground"],
  ["/settings/inboxes", "settings.inboxes"], ["/settings/accounts", "settings.inboxes"], ["/settings/widget", "settings.widget"],
  ["/settings/quarantine", "settings.quarantine"], ["/settings/agents", "settings.agents"], ["/settings/teams", "settings.teams"],
  ["/settings/tags", "settings.tags"], ["/settings/tokens", "settings.tokens"], ["/settings/profile", "settings.profile"],
  ["/settings/workspace", "settings.workspace"], ["/settings", "settings.title"], ["/start", "wizard.title"],
];

/** The tab says where one is and what waits. */
function useTitle(): void {
  const t = useT();
  const where = useRouterState({ select: (state) => state.location.pathname });
  const count = useQuery(countsQuery).data?.mine_unread ?? 0;
  useEffect(() => {
    const page = t(TITLES.find(([start]) => where.startsWith(start))?.[1] ?? "nav.inbox");
    document.title = count ? t("app.title_unread", { count, page }) : t("app.title", { page });
  }, [t, where, count]);
}

/** Says that the connection is gone, and what waits for it. */
function Offline() {
  const t = useT();
  const live = useStore(connected);
  const { count, troubled } = useStore(waiting);
  const online = useSyncExternalStore(onLine, () => navigator.onLine);
  const [shown, setShown] = useState(false);
  const away = !online || live === false || troubled;
  useEffect(() => {
    if (!away) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), online ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [away, online]);
  const held = useRef(0);
  useEffect(() => {
    if (away && troubled) held.current = Math.max(held.current, count);
    if (count || !held.current) return;
    say(t("outbox.sent", { count: held.current }));
    held.current = 0;
  }, [away, troubled, count, t]);
  return shown ? <p className={css.offline} role="status">{t("app.offline")} {count ? t("outbox.waiting", { count }) : null}</p> : null;
}

/** A hiccup shorter than this is nobody's concern. */
const PATIENCE_MS = 2500;

function onLine(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}
