/** Keeps what this agent reads in this browser, brings it back when there is no network, and forgets it with the agent. */
import type { Id } from "@shared/types";
import { api, ApiError, setCsrf } from "../api";
import { cache } from "../cache";
import { watch as watchEvents } from "../live";
import type { Me } from "../model";
import { forgetShell } from "../shell";
import { about, fromLists, isKept, surplus, trimmed } from "./pick";
import { shelf, type Kept } from "./shelf";

const WHO = "hilo.agent";
/** Somebody signed out while the server could not hear it. */
const LEAVING = "hilo.leaving";
const SOON_MS = 3000;
/** What else lies in this browser in somebody's name. */
const PERSONAL = /^hilo\.(draft|recent)\./;
const GONE = new Set(["conversation.erased", "conversation.hidden", "contact.erased"]);
const AWAY = new Set([0, 502, 504]);

const room = shelf();
let agent: Id | null = null;
let watching = false;
let timer: ReturnType<typeof setTimeout> | undefined;
const dirty = new Set<string>();
/** Whose answers are on the page that no server has confirmed yet. */
let unconfirmed: Id | null = null;

function watch(): void {
  if (watching) return;
  watching = true;
  cache.getQueryCache().subscribe((event) => {
    if (!agent || event.type !== "updated" || event.action.type !== "success" || !isKept(event.query.queryKey)) return;
    dirty.add(event.query.queryHash);
    timer ??= setTimeout(() => void flush(), SOON_MS);
  });
  addEventListener("pagehide", () => void flush());
  // What the server takes away is taken away here.
  watchEvents(({ type, data }) => {
    const gone = type === "contact.erased" ? String(data["contact_id"] ?? "") : data.conversation_id;
    if (GONE.has(type) && gone && !data.conversation) void drop(gone);
  });
}

async function drop(id: Id): Promise<void> {
  if (!agent) return;
  await flush();
  await room.drop(about(await room.all(agent), id));
}

async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const owner = agent;
  const hashes = [...dirty];
  dirty.clear();
  if (!owner) return;
  const items = hashes.flatMap((hash): Kept[] => {
    const query = cache.getQueryCache().get(hash);
    if (!query || query.state.data === undefined) return [];
    const { queryKey: key, state } = query;
    return [{ agent: owner, hash, key, data: trimmed(key, state.data), at: state.dataUpdatedAt }];
  });
  await room.put(items);
}

/** From now on this agent's answers are kept. What lies here of another goes first. */
export async function beginKeeping(me: Id): Promise<void> {
  const before = localStorage.getItem(WHO);
  if (before && before !== me) await forgetPerson();
  localStorage.setItem(WHO, me);
  agent = me;
  watch();
  for (const query of cache.getQueryCache().getAll()) if (query.state.data !== undefined && isKept(query.queryKey)) dirty.add(query.queryHash);
  await flush();
  await room.drop(surplus(await room.all(me), Date.now()));
}

/** The session is over: nothing can be read here any more; drafts wait for the same person. */
export async function stopKeeping(): Promise<void> {
  agent = null;
  unconfirmed = null;
  dirty.clear();
  await room.clear();
}

/** Somebody signed out, or somebody else came: nothing of theirs stays. */
export async function forgetPerson(): Promise<void> {
  for (const name of Object.keys(localStorage)) if (PERSONAL.test(name)) localStorage.removeItem(name);
  localStorage.removeItem(WHO);
  forgetShell();
  await stopKeeping();
}

/** Signed out without a network: the session ends as soon as the server can be told. */
export function leaveLater(error: unknown): void {
  if (error instanceof ApiError && AWAY.has(error.status)) localStorage.setItem(LEAVING, "yes");
}

export function stayIn(): void {
  localStorage.removeItem(LEAVING);
}

async function leave(me: Me): Promise<never> {
  setCsrf(me.csrf_token);
  await api.delete("/session");
  stayIn();
  throw new ApiError({ status: 401, code: "unauthenticated" });
}

/** Who is signed in; without a network, who was, with everything that was kept for them. */
export async function whoAmI(): Promise<Me> {
  try {
    const me = await api.get<Me>("/me");
    if (localStorage.getItem(LEAVING)) await leave(me);
    if (unconfirmed && unconfirmed !== me.agent.id) location.reload();
    unconfirmed = null;
    return me;
  } catch (error) {
    const last = localStorage.getItem(WHO);
    if (!last || cache.getQueryData(["me"]) || !(error instanceof ApiError) || !AWAY.has(error.status)) throw error;
    const me = await bringBack(last);
    if (!me) throw error;
    unconfirmed = last;
    return me;
  }
}

async function bringBack(last: Id): Promise<Me | null> {
  const items = await room.all(last);
  const me = items.find((one) => one.key[0] === "me")?.data as Me | undefined;
  if (!me) return null;
  for (const one of items) if (one.key[0] !== "me") cache.setQueryData([...one.key], one.data, { updatedAt: one.at });
  for (const one of fromLists(items)) cache.setQueryData(["conversation", one.id], one, { updatedAt: 1 });
  return me;
}

/** Before anything is sent for whom the page was brought back: the server says that it is still them. */
export async function confirmed(): Promise<void> {
  if (!unconfirmed) return;
  const me = await api.get<Me>("/me");
  if (unconfirmed && unconfirmed !== me.agent.id) {
    location.reload();
    throw new ApiError({ status: 0, code: "network" });
  }
  unconfirmed = null;
  setCsrf(me.csrf_token);
  cache.setQueryData(["me"], me);
}

/** The connection is back: what was brought back is asked for again. */
export async function renewAll(): Promise<void> {
  if (!unconfirmed) return;
  await confirmed().catch(() => undefined);
  await cache.invalidateQueries();
}
