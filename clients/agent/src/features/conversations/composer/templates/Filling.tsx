/** One template: its gaps, its header's file, and how the contact will see it. */
import { useState } from "react";
import { upload } from "@lib/api";
import { useT } from "@lib/i18n";
import type { StoredFile, Template } from "@lib/model";
import { accepted, isUsable, missing, wantsFile } from "@lib/templates";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Field } from "@ui/Field";
import { IconSend } from "@ui/icons";
import { Preview, Why } from "@ui/template/Preview";
import { Status } from "@ui/template/Status";
import css from "./Templates.module.css";

export interface FilledTemplate { template: Template; variables: Record<string, string>; file: StoredFile | null }

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
