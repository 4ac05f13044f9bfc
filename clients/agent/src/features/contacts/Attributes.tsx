/** Facts about a person, edited where they stand. */
import { useState } from "react";
import { sayOr, useT } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { useCan, useChannels } from "@lib/queries";
import { Button } from "@ui/Button";
import { IconPlus, IconX } from "@ui/icons";
import css from "./InPlace.module.css";
import { saveContact } from "./save";

const textOf = (value: unknown): string => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? ""));

/** Numbers and yes/no keep their kind. */
function valueOf(text: string, old: unknown): unknown {
  if (typeof old === "number" && text.trim() && Number.isFinite(Number(text))) return Number(text);
  if (typeof old === "boolean" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return text;
}

export function Attributes({ contact }: { contact: Contact }) {
  const t = useT();
  const may = useCan("contact:write");
  const [adding, setAdding] = useState(false);
  const facts = Object.entries(contact.attributes).filter(([, value]) => value !== null && value !== "");
  const set = (name: string, value: unknown) => void saveContact(contact, { attributes: { ...contact.attributes, [name]: value } });
  return (
    <>
      {facts.length === 0 && !adding ? <p className={css.none}>{t("panel.no_attributes")}</p> : null}
      <div className={css.facts}>
        {facts.map(([name, value]) => <Fact key={name} name={name} value={value} may={may} onSet={(text) => set(name, text === null ? null : valueOf(text, value))} />)}
      </div>
      {adding ? <Adding onDone={(name, value) => { setAdding(false); if (name && value) set(name, value); }} /> : null}
      {may && !adding ? <Button small kind="quiet" className={css.add!} icon={<IconPlus size={14} />} onClick={() => setAdding(true)}>{t("panel.add_attribute")}</Button> : null}
    </>
  );
}

/** What a channel calls a fact that it brings; what people made up stands as it is. */
function useLabel(name: string): string {
  const t = useT();
  const known = [...useChannels().keys()].find((id) => t.has(`channel.${id}.fact.${name}`));
  return known ? sayOr(t, `channel.${known}.fact.${name}`, name) : name;
}

function Fact({ name, value, may, onSet }: { name: string; value: unknown; may: boolean; onSet: (text: string | null) => void }) {
  const t = useT();
  const [text, setText] = useState<string | null>(null);
  const label = useLabel(name);
  const kept = textOf(value);
  const shown = typeof value === "boolean" ? t(value ? "common.yes" : "common.no") : kept;
  function done(): void {
    if (text !== null && text.trim() !== kept) onSet(text.trim() || null);
    setText(null);
  }
  return (
    <div className={css.fact}>
      <span>{label}</span>
      {text === null ? <button type="button" disabled={!may} aria-label={`${t("panel.edit_attribute", { name: label })}: ${shown}`} onClick={() => setText(kept)}>{shown}</button> : (
        <input className={css.input} autoFocus aria-label={t("panel.edit_attribute", { name: label })} value={text} onBlur={done} onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing) done();
            if (event.key === "Escape") {
              setText(null);
              event.stopPropagation();
            }
          }} />
      )}
      {may ? <button type="button" className={css.remove} aria-label={`${t("common.remove")}: ${label}`} onClick={() => onSet(null)}><IconX size={13} /></button> : null}
    </div>
  );
}

function Adding({ onDone }: { onDone: (name: string, value: string) => void }) {
  const t = useT();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  return (
    <form className={css.adding} onSubmit={(event) => { event.preventDefault(); onDone(name.trim(), value.trim()); }}
      onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); onDone("", ""); } }}>
      <input className={css.input} autoFocus placeholder={t("panel.attribute_name")} aria-label={t("panel.attribute_name")} value={name} onChange={(event) => setName(event.target.value)} />
      <input className={css.input} placeholder={t("panel.attribute_value")} aria-label={t("panel.attribute_value")} value={value} onChange={(event) => setValue(event.target.value)} />
      <Button small type="submit">{t("common.add")}</Button>
    </form>
  );
}
