/** A contact's picture; who may change the contact gives another one or takes it away. */
import { useState } from "react";
import { api, upload } from "@lib/api";
import { cache } from "@lib/cache";
import { reasonOf, useT } from "@lib/i18n";
import type { Contact, StoredFile } from "@lib/model";
import { useCan } from "@lib/queries";
import { bytes } from "@lib/time";
import { say } from "@lib/toasts";
import { Avatar, faceOf } from "@ui/Avatar";
import { IconPhoto, IconTrash } from "@ui/icons";
import { Menu } from "@ui/Menu";
import css from "./Portrait.module.css";

const SIZE = 44;
const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
/** As the server: larger ones are refused there, and are not worth the way. */
const MOST_BYTES = 2_000_000;

export function Portrait({ contact }: { contact: Contact }) {
  const t = useT();
  const mayChange = useCan("contact:write");
  const mayUpload = useCan("file:write");
  const [busy, setBusy] = useState(false);
  const face = <Avatar name={contact.name || "?"} size={SIZE} face={faceOf(contact)} />;
  if (!mayChange || !mayUpload) return face;

  async function change(work: () => Promise<Contact>): Promise<void> {
    setBusy(true);
    try {
      cache.setQueryData<Contact>(["contact", contact.id], await work());
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    } finally {
      setBusy(false);
    }
  }

  function give(file: File): void {
    if (!TYPES.includes(file.type)) return void say(t("portrait.no_picture", { name: file.name }), { kind: "error" });
    if (file.size > MOST_BYTES) return void say(t("composer.too_large", { name: file.name, limit: bytes(t, MOST_BYTES) }), { kind: "error" });
    void change(async () => {
      const kept = await upload<StoredFile>(file, () => undefined);
      return api.put<Contact>(`/contacts/${contact.id}/avatar`, { file_id: kept.id });
    });
  }

  const items = [{ label: t("portrait.choose"), icon: <IconPhoto size={16} />, run: () => pick(give) }];
  if (contact.avatar_id) {
    items.push({ label: t("portrait.remove"), icon: <IconTrash size={16} />, run: () => void change(() => api.delete<Contact>(`/contacts/${contact.id}/avatar`)) });
  }
  return (
    <Menu label={t("portrait.change")} items={items} side="start" trigger={
      <button type="button" className={css.portrait} title={t("portrait.change")} aria-label={t("portrait.change")} aria-busy={busy} disabled={busy}>{face}</button>} />
  );
}

function pick(take: (file: File) => void): void {
  const input = Object.assign(document.createElement("input"), { type: "file", accept: TYPES.join(",") });
  input.addEventListener("change", () => { if (input.files?.[0]) take(input.files[0]); });
  input.click();
}
