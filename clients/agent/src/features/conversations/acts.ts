/** Triage: shown in the same frame, then told to the server; a refusal rolls back and says why. Each act can be undone. */
import type { Conversation, Id, Priority } from "@shared/types";
import { api, ApiError } from "@lib/api";
import { cache, showConversation } from "@lib/cache";
import type { T } from "@shared/t";
import { now, reasonOf, sayOr } from "@lib/i18n";
import type { Me, Tag } from "@lib/model";
import { outbox, type Call } from "@lib/outbox";
import { moment } from "@lib/time";
import { say } from "@lib/toasts";
import { remember, undoLast } from "@lib/undo";
import { touched } from "./desk";

type Change = Partial<Conversation>;

const path = (id: Id, what: string): string => `/conversations/${id}/${what}`;
const put = (id: Id, what: string, body?: unknown): Call => ({ method: "PUT", path: path(id, what), body });
const drop = (id: Id, what: string): Call => ({ method: "DELETE", path: path(id, what) });

/** Shown at once, then on its way by the outbox; true unless it was refused. */
export async function act(one: Conversation, change: Change, call: Call): Promise<boolean> {
  touched.add(one.id);
  const me = cache.getQueryData<Me>(["me"]);
  if (!me) return false;
  const outcome = outbox.add({ ...call, agent: me.agent.id, conversation: one.id, change, before: one });
  showConversation({ ...one, ...change });
  return (await outcome) !== "refused";
}

/** Which act of a macro could not be done, and why. */
function stepOf(t: T, error: unknown): string | null {
  if (!(error instanceof ApiError) || error.code !== "macro-failed") return null;
  const { act: step, because } = error.problem.params ?? {};
  return t("macro.failed", { act: sayOr(t, `macro.do_${String(step)}`, String(step)), reason: sayOr(t, `error.${String(because)}`, t("error.bad-request")) });
}

export function explain(error: unknown): void {
  const t = now();
  const taken = error instanceof ApiError && error.status === 409 ? error.problem.params?.["assignee_name"] : undefined;
  const text = taken ? t("toast.taken_by", { name: String(taken) }) : t("toast.failed", { reason: stepOf(t, error) ?? reasonOf(t, error) });
  say(text, { kind: "error" });
}

/** What was done is on the screen; here is its way back. */
export function tell(text: string, back: () => Promise<unknown>): void {
  const t = now();
  remember(text, back);
  say(text, { hint: t("toast.undo_hint"), ms: 10_000, action: { label: t("common.undo"), run: () => void undo() } });
}

/** Takes back the last act, also from another view. */
export async function undo(): Promise<void> {
  const t = now();
  try {
    const label = await undoLast();
    say(label === null ? t("toast.nothing_to_undo") : t("toast.undone"));
  } catch (error) {
    explain(error);
  }
}

/** Brings a conversation back to the status it had. */
async function restore(old: Conversation): Promise<void> {
  const calls: Record<Conversation["status"], Call> = {
    open: drop(old.id, "resolution"),
    pending: put(old.id, "pending"),
    snoozed: put(old.id, "snooze", { until: old.snoozed_until }),
    resolved: put(old.id, "resolution"),
  };
  const current = cache.getQueryData<Conversation>(["conversation", old.id]) ?? old;
  const awake = old.status === "open" && current.status === "snoozed";
  const call = awake ? drop(old.id, "snooze") : calls[old.status];
  await act(current, { status: old.status, snoozed_until: old.snoozed_until }, call);
}

export async function many(list: readonly Conversation[], one: (item: Conversation) => Promise<boolean>): Promise<Conversation[]> {
  const done = await Promise.all(list.map(one));
  return list.filter((_, index) => done[index]);
}

const restoreAll = (list: readonly Conversation[]) => () => Promise.all(list.map(restore));

export async function resolve(list: readonly Conversation[]): Promise<void> {
  const open = list.filter((one) => one.status !== "resolved");
  const done = await many(open, (one) => act(one, { status: "resolved", snoozed_until: null }, put(one.id, "resolution")));
  if (done.length) tell(now()("toast.resolved"), restoreAll(done));
}

export async function reopen(list: readonly Conversation[]): Promise<void> {
  const done = await many(list, (one) => act(one, { status: "open", snoozed_until: null, resolved_at: null },
    drop(one.id, one.status === "snoozed" ? "snooze" : "resolution")));
  if (done.length) tell(now()("toast.reopened"), restoreAll(done));
}

export async function pend(list: readonly Conversation[]): Promise<void> {
  const done = await many(list, (one) => act(one, { status: "pending", snoozed_until: null }, put(one.id, "pending")));
  if (done.length) tell(now()("toast.pending"), restoreAll(done));
}

/** until null: until the customer writes. */
export async function snooze(list: readonly Conversation[], until: Date | null): Promise<void> {
  const at = until?.toISOString() ?? null;
  const done = await many(list, (one) => act(one, { status: "snoozed", snoozed_until: at }, put(one.id, "snooze", { until: at })));
  const t = now();
  if (done.length) tell(at ? t("toast.snoozed", { time: moment(t, at) }) : t("toast.snoozed_reply"), restoreAll(done));
}

/** Brings everything triage changes back to how it was, one act after the other. */
export async function restoreWhole(old: Conversation): Promise<void> {
  const current = (): Conversation => cache.getQueryData<Conversation>(["conversation", old.id]) ?? old;
  const before = current();
  const back: Promise<unknown>[] = [];
  if (before.assignee_id !== old.assignee_id || before.team_id !== old.team_id) back.push(giveBack(old));
  if (before.priority !== old.priority) back.push(setPriority(current(), old.priority));
  for (const tag of before.tag_ids.filter((id) => !old.tag_ids.includes(id))) back.push(setTag(current(), tag, false));
  for (const tag of old.tag_ids.filter((id) => !before.tag_ids.includes(id))) back.push(setTag(current(), tag, true));
  if (before.status !== old.status || before.snoozed_until !== old.snoozed_until) back.push(restore(old));
  await Promise.all(back);
}

export interface Owner { agent?: Id; team?: Id; name: string }

async function giveBack(old: Conversation): Promise<void> {
  const current = cache.getQueryData<Conversation>(["conversation", old.id]) ?? old;
  const call: Call = old.assignee_id || old.team_id
    ? put(old.id, "assignment", old.assignee_id ? { agent_id: old.assignee_id } : { team_id: old.team_id })
    : drop(old.id, "assignment");
  await act(current, { assignee_id: old.assignee_id, team_id: old.team_id }, call);
}

export async function assign(list: readonly Conversation[], owner: Owner | null): Promise<void> {
  const t = now();
  const done = await many(list, (one) => {
    if (!owner) return act(one, { assignee_id: null, team_id: null }, drop(one.id, "assignment"));
    const body = owner.agent ? { agent_id: owner.agent } : { team_id: owner.team };
    const change = owner.agent ? { assignee_id: owner.agent } : { team_id: owner.team ?? null };
    return act(one, change, put(one.id, "assignment", body));
  });
  const text = owner ? t("toast.assigned", { name: owner.name }) : t("toast.unassigned");
  if (done.length) tell(text, () => Promise.all(done.map(giveBack)));
}

/** Takes it for oneself; when a colleague was faster, says who. */
export async function take(list: readonly Conversation[], me: Id): Promise<void> {
  const others = list.filter((one) => one.assignee_id !== me);
  const done = await many(others, (one) => act(one, { assignee_id: me },
    put(one.id, "assignment", { agent_id: me, ...(one.assignee_id ? {} : { if_unassigned: true }) })));
  if (done.length) tell(now()("toast.taken"), () => Promise.all(done.map(giveBack)));
}

async function setTag(one: Conversation, tag: Id, on: boolean): Promise<boolean> {
  const tags = one.tag_ids.filter((id) => id !== tag);
  const where = `tags/${tag}`;
  return act(one, { tag_ids: on ? [...tags, tag] : tags }, on ? put(one.id, where) : drop(one.id, where));
}

export async function toggleTag(list: readonly Conversation[], tag: Tag): Promise<void> {
  const on = !list.every((one) => one.tag_ids.includes(tag.id));
  const changing = list.filter((one) => one.tag_ids.includes(tag.id) !== on);
  const done = await many(changing, (one) => setTag(one, tag.id, on));
  const back = () => Promise.all(done.map((old) =>
    setTag(cache.getQueryData<Conversation>(["conversation", old.id]) ?? old, tag.id, !on)));
  if (done.length) tell(now()(on ? "toast.tagged" : "toast.untagged", { tag: tag.name }), back);
}

async function setPriority(one: Conversation, priority: Priority): Promise<boolean> {
  return act(one, { priority }, put(one.id, "priority", { priority }));
}

export async function prioritize(list: readonly Conversation[], priority: Priority): Promise<void> {
  const done = await many(list.filter((one) => one.priority !== priority), (one) => setPriority(one, priority));
  const back = () => Promise.all(done.map((old) =>
    setPriority(cache.getQueryData<Conversation>(["conversation", old.id]) ?? old, old.priority)));
  const t = now();
  if (done.length) tell(t(`toast.priority_${priority}`), back);
}

export async function createTag(name: string): Promise<Tag | null> {
  try {
    const tag = await api.post<Tag>("/tags", { name });
    await cache.invalidateQueries({ queryKey: ["tags"] });
    return tag;
  } catch (error) {
    explain(error);
    return null;
  }
}

/** Marks as read up to what is on the screen. Quietly: nothing depends on it for this agent. */
export async function read(one: Conversation): Promise<void> {
  if (!one.unread) return;
  showConversation({ ...one, unread: false });
  await api.put<Conversation>(path(one.id, "read"), { seq: one.last_seq }).then(
    (answer) => answer?.id && showConversation(answer), () => undefined);
}

export async function unread(one: Conversation): Promise<void> {
  await act(one, { unread: true }, drop(one.id, "read"));
}
