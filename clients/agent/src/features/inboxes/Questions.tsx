/** What a chat asks before the first message: an editor for a setting that is a list of questions. */
import { useState } from "react";
import { useT } from "@lib/i18n";
import { Button, IconButton } from "@ui/Button";
import { Area, Check, Choose, Field } from "@ui/Field";
import { IconPlus, IconTrash } from "@ui/icons";
import css from "./Questions.module.css";

const KINDS = ["name", "email", "phone", "text", "choice"] as const;
const LANGUAGES = ["en", "es", "pt"] as const;
const MOST = 10;
type Kind = (typeof KINDS)[number];
type Texts<T> = Partial<Record<(typeof LANGUAGES)[number], T>>;
/** options: one a line, as typed. */
interface Draft { id: number; kind: Kind; key: string; required: boolean; label: Texts<string>; options: Texts<string> }
interface Question { kind: Kind; key?: string; required?: boolean; label?: Texts<string>; options?: Texts<string[]> }

let last = 0;

function draftOf(one: Question): Draft {
  const options = Object.fromEntries(Object.entries(one.options ?? {}).map(([language, all]) => [language, all.join("\n")]));
  return { id: ++last, kind: one.kind, key: one.key ?? "", required: one.required ?? false, label: one.label ?? {}, options };
}

/** A name for an attribute, made of what is asked: "Order number" becomes order_number. */
export function keyOf(text: string): string {
  const plain = text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return plain.replaceAll(/^[^a-z]+|_+$/g, "").slice(0, 40);
}

const suggested = (one: Draft) => keyOf(LANGUAGES.map((each) => one.label[each]).find(Boolean) ?? "");

/** What is saved: only what this kind of question has. */
export function questionOf(one: Draft): Question {
  const filled = Object.entries(one.label).filter(([, text]) => text.trim());
  const label = Object.fromEntries(filled.map(([language, text]) => [language, text.trim()]));
  if (one.kind !== "text" && one.kind !== "choice") return { kind: one.kind, required: one.required, label };
  const lines = Object.entries(one.options).map(([language, text]) => [language, text.split("\n").map((line) => line.trim()).filter(Boolean)] as const);
  const options = Object.fromEntries(lines.filter(([, all]) => all.length > 0));
  return { kind: one.kind, key: one.key || suggested(one), required: one.required, label, ...(one.kind === "choice" ? { options } : {}) };
}

interface Props { label: string; hint: string | undefined; name: string; value: unknown; errors: Record<string, string> }

export function Questions({ label, hint, name, value, errors }: Props) {
  const t = useT();
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => (Array.isArray(value) ? (value as Question[]).map(draftOf) : []));
  const change = (id: number, by: Partial<Draft>) => setDrafts(drafts.map((one) => (one.id === id ? { ...one, ...by } : one)));
  const at = (place: number, field: string) => errors[`settings.${name}.${place}.${field}`];
  const whole = errors[`settings.${name}`];
  return (
    <fieldset className={css.questions}>
      <legend>{label}</legend>
      {hint ? <p className={css.hint}>{hint}</p> : null}
      {/* The form reads it as any other of its fields. */}
      <input type="hidden" name={name} value={JSON.stringify(drafts.map(questionOf))} />
      {drafts.map((one, place) => (
        <div key={one.id} className={css.question}>
          <div className={css.head}>
            <Choose label={t("questions.kind")} value={one.kind} options={KINDS.map((kind) => [kind, t(`questions.kind.${kind}`)] as const)}
              onChange={(event) => change(one.id, { kind: event.target.value as Kind })} />
            <IconButton label={t("questions.remove", { number: place + 1 })} onClick={() => setDrafts(drafts.filter((each) => each.id !== one.id))}>
              <IconTrash size={16} aria-hidden />
            </IconButton>
          </div>
          <Check label={t("questions.required")} checked={one.required} onChange={(event) => change(one.id, { required: event.target.checked })} />
          {one.kind === "text" || one.kind === "choice" ? (
            <>
              {LANGUAGES.map((language) => <Worded key={language} draft={one} language={language} change={(by) => change(one.id, by)} />)}
              {[at(place, "label"), at(place, "options")].map((error) => error && <p key={error} className={css.error} role="alert">{error}</p>)}
              <Field label={t("questions.key")} hint={t("questions.key_hint")} error={at(place, "key")} value={one.key} placeholder={suggested(one) || "order_number"}
                maxLength={40} autoComplete="off" onChange={(event) => change(one.id, { key: event.target.value })} />
            </>
          ) : null}
        </div>
      ))}
      {whole ? <p className={css.error} role="alert">{whole}</p> : null}
      {drafts.length < MOST ? (
        <Button small icon={<IconPlus size={15} aria-hidden />} onClick={() => setDrafts([...drafts, draftOf({ kind: KINDS.find((kind) => drafts.every((one) => one.kind !== kind)) ?? "text" })])}>
          {t("questions.add")}
        </Button>
      ) : null}
    </fieldset>
  );
}

interface WordedProps { draft: Draft; language: (typeof LANGUAGES)[number]; change: (by: Partial<Draft>) => void }

/** The question in one language. */
function Worded({ draft, language, change }: WordedProps) {
  const t = useT();
  const named = { language: new Intl.DisplayNames(t.locale, { type: "language" }).of(language) ?? language };
  return (
    <>
      <Field label={t("questions.label", named)} value={draft.label[language] ?? ""} maxLength={200} autoComplete="off"
        onChange={(event) => change({ label: { ...draft.label, [language]: event.target.value } })} />
      {draft.kind === "choice" ? (
        <Area label={t("questions.options", named)} value={draft.options[language] ?? ""}
          onChange={(event) => change({ options: { ...draft.options, [language]: event.target.value } })} />
      ) : null}
    </>
  );
}
