/** What macros do here: shown at once, told to the server as one, undone as one. Words wait in the composer. */
import type { Conversation, Id } from "@shared/types";
import { newId } from "@lib/api";
import { cache } from "@lib/cache";
import { now } from "@lib/i18n";
import type { Macro, MacroAct, Me, WaitingMacro } from "@lib/model";
import type { Bound, Call } from "@lib/outbox";
import { act, many, restoreWhole, tell } from "../acts";
import { offerWords } from "../insert";

/** How the conversation looks when an act is done. */
function after(one: Conversation, step: MacroAct, me: Id): Conversation {
  switch (step.do) {
    case "assign": {
      if (step.to === "nobody") return { ...one, assignee_id: null, team_id: null };
      if (step.to === "team") return { ...one, team_id: step.id ?? null, assignee_id: null };
      return { ...one, assignee_id: step.to === "me" ? me : (step.id ?? null) };
    }
    case "tag": return one.tag_ids.includes(step.tag_id) ? one : { ...one, tag_ids: [...one.tag_ids, step.tag_id] };
    case "untag": return { ...one, tag_ids: one.tag_ids.filter((id) => id !== step.tag_id) };
    case "prioritize": return { ...one, priority: step.priority };
    case "snooze": return { ...one, status: "snoozed", snoozed_until: step.for_s === null ? null : new Date(Date.now() + step.for_s * 1000).toISOString() };
    case "pend": return { ...one, status: "pending", snoozed_until: null };
    case "resolve": return { ...one, status: "resolved", snoozed_until: null };
    case "note": return one;
  }
}

/** What of the conversation a macro changes. Pure. */
export function changeBy(one: Conversation, macro: Pick<Macro, "acts">, me: Id): Partial<Conversation> {
  const end = macro.acts.reduce((at, step) => after(at, step, me), one);
  const names = Object.keys(end) as (keyof Conversation)[];
  return Object.fromEntries(names.filter((name) => end[name] !== one[name]).map((name) => [name, end[name]]));
}

/** Whether the agent goes on to the next one after it. */
export const settles = (macro: Pick<Macro, "acts">): boolean => macro.acts.some((one) => one.do === "resolve" || one.do === "snooze");

const callOf = (one: Conversation, macro: WaitingMacro): Call => ({ method: "POST", path: `/conversations/${one.id}/macros/${macro.id}` });

export async function applyMacro(list: readonly Conversation[], macro: WaitingMacro): Promise<void> {
  const me = cache.getQueryData<Me>(["me"])?.agent.id ?? "";
  const done = await many(list, (one) => act(one, changeBy(one, macro, me), callOf(one, macro)));
  void cache.invalidateQueries({ queryKey: ["macros"] });
  if (done.length && macro.acts.length) tell(now()("macro.done", { name: macro.name }), () => Promise.all(done.map(restoreWhole)));
}

/** One with words puts them into the composer and waits, with the draft, until they are sent; the others are done at once. */
export function begin(list: readonly Conversation[], macro: Macro, onDone: () => void): void {
  const only = list.length === 1 ? list[0] : undefined;
  if (only && macro.text) {
    offerWords(only.id, { text: macro.text, macro: { id: macro.id, name: macro.name, acts: macro.acts } });
    return;
  }
  if (settles(macro)) onDone();
  void applyMacro(list, macro);
}

/** The acts that wait for the words: they go with them, and are done or lost with them. */
export function boundBy(one: Conversation, macro: WaitingMacro, me: Id): Bound {
  return { id: newId(), bound: macro.name, before: one, change: changeBy(one, macro, me), ...callOf(one, macro) };
}
