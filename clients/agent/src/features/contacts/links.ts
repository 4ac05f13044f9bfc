/** Making one of two and two of one, each with its way back: a toast, and Z. */
import type { Id, Page } from "@shared/types";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { now, reasonOf } from "@lib/i18n";
import type { Contact, Identity, Link } from "@lib/model";
import { say } from "@lib/toasts";
import { remember } from "@lib/undo";

async function undoable(contact: Id, text: string): Promise<void> {
  const t = now();
  const { items } = await api.get<Page<Link>>(`/contacts/${contact}/links`);
  const link = items.find((one) => one.undone_at === null);
  await cache.invalidateQueries();
  if (!link) return void say(text);
  const back = async (): Promise<void> => {
    await api.delete(`/links/${link.id}`);
    await cache.invalidateQueries();
  };
  remember(text, back);
  const run = (): void => void back().then(() => say(t("merge.undone")), fail);
  say(text, { hint: t("toast.undo_hint"), ms: 10_000, action: { label: t("common.undo"), run } });
}

export function fail(error: unknown): void {
  const t = now();
  say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
}

/** Gives everything of a contact to another. Throws what the server answers. */
export async function mergeInto(contact: Id, into: Id): Promise<void> {
  await api.post(`/contacts/${contact}/merge`, { into });
  await undoable(into, now()("merge.done"));
}

export async function unlink(contact: Contact, one: Identity): Promise<void> {
  try {
    await api.post(`/contacts/${contact.id}/identities/${one.id}/unlink`, {});
    await undoable(contact.id, now()("panel.unlinked", { value: one.value }));
  } catch (error) {
    fail(error);
  }
}

export async function dismiss(contact: Id, other: Id): Promise<void> {
  const t = now();
  const path = `/contacts/${contact}/likenesses/${other}/dismissal`;
  const again = (): Promise<unknown> => cache.invalidateQueries({ queryKey: ["likenesses"] });
  try {
    await api.put(path, {});
    await again();
    const back = async (): Promise<void> => { await api.delete(path); await again(); };
    remember(t("likeness.dismissed"), back);
    say(t("likeness.dismissed"), { hint: t("toast.undo_hint"), action: { label: t("common.undo"), run: () => void back().catch(fail) } });
  } catch (error) {
    fail(error);
  }
}
