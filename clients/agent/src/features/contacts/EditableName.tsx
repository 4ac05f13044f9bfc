/** A name one may change where it stands. */
import { useState } from "react";
import { useT } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { useCan } from "@lib/queries";
import css from "./InPlace.module.css";
import { saveContact } from "./save";

export function EditableName({ contact }: { contact: Contact }) {
  const t = useT();
  const may = useCan("contact:write");
  const [text, setText] = useState<string | null>(null);
  const name = contact.name || t("common.unnamed");
  function done(): void {
    const next = text?.trim();
    setText(null);
    if (next && next !== contact.name) void saveContact(contact, { name: next });
  }
  if (!may) return <h2 className={css.name}>{name}</h2>;
  if (text === null) {
    return <h2 className={css.name}><button type="button" title={t("panel.rename")} onClick={() => setText(contact.name)}>{name}</button></h2>;
  }
  return (
    <input className={css.input} autoFocus value={text} aria-label={t("panel.rename")} onChange={(event) => setText(event.target.value)} onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.nativeEvent.isComposing) done();
        if (event.key === "Escape") {
          setText(null);
          event.stopPropagation();
        }
      }} />
  );
}
