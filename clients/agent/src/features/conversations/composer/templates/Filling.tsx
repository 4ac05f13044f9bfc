/** One template: its gaps, its header's file, and how the contact will see it. */
import { useState } from "react";
import { upload } from "@lib/api";
import { useT } from "@lib/i18n";
import type { StoredFile, Template } from "@lib/model";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Field } from "@ui/Field";
import { IconAlertTriangle, IconFile, IconSend } from "@ui/icons";
import { Status, type FilledTemplate } from "./TemplatePicker";
import css from "./Templates.module.css";
import { accepted, isUsable, missing, pieces, wantsFile } from "./templates";

export function Filling({ template, onSend }: { template: Template; onSend: (filled: FilledTemplate) => void }) {
  const t = useT();
  const [values, setValues] = useState<Record<string, string>>({});
  const [file, setFile] = useState<StoredFile | null>(null);
  const open = missing(template, values);
  const ready = isUsable(template) && open.length === 0 && (!wantsFile(template) || file !== null);
  return (
    <form className={css.filling} onSubmit={(event) => { event.preventDefault(); if (ready) onSend({ template, variables: values, file }); }}>
      <p className={css.name}><b>{template.name}</b> <Status template={template} /></p>
      <Why template={template} />
      {template.variables.map((name, index) => (
        <Field key={name} label={t("template.variable", { name })} value={values[name] ?? ""} maxLength={1000} required autoFocus={index === 0}
          placeholder={template.example[name] ? t("template.example", { text: template.example[name] }) : ""}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })} />
      ))}
      {wantsFile(template) ? <HeaderFile template={template} file={file} onFile={setFile} /> : null}
      <p className={css.label}>{t("template.preview")}</p>
      <Preview template={template} values={values} file={file} />
      <p className={css.send}><Button kind="primary" type="submit" disabled={!ready} icon={<IconSend size={15} />}>{t("template.send")}</Button></p>
    </form>
  );
}

/** Why it cannot be sent, or what to know before. */
function Why({ template }: { template: Template }) {
  const t = useT();
  const words = template.status !== "approved" ? t(`template.why_${template.status}`) : template.header === "location" ? t("template.why_location") : "";
  if (!words) return null;
  return <p className={css.why} role="note"><IconAlertTriangle size={15} aria-hidden /><span>{words} {template.reason}</span></p>;
}

function HeaderFile({ template, file, onFile }: { template: Template; file: StoredFile | null; onFile: (file: StoredFile) => void }) {
  const t = useT();
  const [part, setPart] = useState<number | null>(null);
  function take(given: File | undefined): void {
    if (!given) return;
    setPart(0);
    upload<StoredFile>(given, setPart).then(onFile, () => say(t("composer.upload_failed", { name: given.name }), { kind: "error" })).finally(() => setPart(null));
  }
  return (
    <label className={css.header}>
      <span>{t(`template.header_${template.header}` as "template.header_image")}</span>
      <input type="file" required={file === null} accept={accepted(template) || undefined} onChange={(event) => take(event.target.files?.[0])} />
      {part === null ? null : <progress max={1} value={part} />}
    </label>
  );
}

function Preview({ template, values, file }: { template: Template; values: Record<string, string>; file: StoredFile | null }) {
  return (
    <div className={css.preview} dir="auto">
      {wantsFile(template) ? (file && template.header === "image" ? <img src={file.url} alt={file.name} /> : <span className={css.media}><IconFile size={18} aria-hidden />{file?.name ?? template.header}</span>) : null}
      {template.header_text ? <b><Words text={template.header_text} template={template} values={values} /></b> : null}
      <p><Words text={template.body} template={template} values={values} /></p>
      {template.footer ? <small>{template.footer}</small> : null}
      {template.buttons.length ? <ul>{template.buttons.map((label) => <li key={label}>{label}</li>)}</ul> : null}
    </div>
  );
}


/** The words, what is still open marked. */
function Words({ text, template, values }: { text: string; template: Template; values: Record<string, string> }) {
  return pieces(text, template.variables, values).map((piece, index) => (piece.gap ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>));
}
