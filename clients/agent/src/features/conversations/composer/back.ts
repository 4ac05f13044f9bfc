/** Words that come back to where they were written: taken back, refused, or left by a page that closed. */
import type { Id } from "@shared/types";
import { api } from "@lib/api";
import type { Draft } from "@lib/model";
import { keepLocally, local } from "./useDraft";

export interface Back { draft: Draft; mode: "reply" | "note"; stale?: boolean }

const composers = new Map<Id, (back: Back) => void>();

/** The composer that is on the screen takes them at once. */
export function receiveBack(id: Id, take: (back: Back) => void): () => void {
  composers.set(id, take);
  return () => void (composers.get(id) === take && composers.delete(id));
}

/** Gives a draft back; a composer that is not shown finds it when it opens, after what was begun since. */
export function giveBack(id: Id, back: Back): void {
  const shown = composers.get(id);
  if (shown) {
    shown(back);
    return;
  }
  const begun = local(id, back.mode);
  const text = [back.draft.text, begun?.text].filter(Boolean).join("\n\n");
  const meta = begun?.text ? { ...begun.meta, ...back.draft.meta, html: undefined } : back.draft.meta;
  keepLocally(id, back.mode, { text, meta });
  void api.put(`/conversations/${id}/drafts/${back.mode}`, { text, meta: meta ?? {} }).catch(() => undefined);
}
