/** Changes to a contact: shown at once, told to the server, taken back when refused. */
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { now, reasonOf } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { say } from "@lib/toasts";

export async function saveContact(contact: Contact, change: Partial<Pick<Contact, "name" | "attributes" | "locale">>): Promise<boolean> {
  const key = ["contact", contact.id];
  cache.setQueryData<Contact>(key, { ...contact, ...change });
  try {
    cache.setQueryData<Contact>(key, await api.patch<Contact>(`/contacts/${contact.id}`, change));
    return true;
  } catch (error) {
    cache.setQueryData<Contact>(key, contact);
    say(now()("toast.failed", { reason: reasonOf(now(), error) }), { kind: "error" });
    return false;
  }
}
