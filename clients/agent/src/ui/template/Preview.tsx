/** A template as the contact will see it, and why it cannot be sent. */
import { useT } from "@lib/i18n";
import type { StoredFile, Template } from "@lib/model";
import { pieces, wantsFile } from "@lib/templates";
import { IconAlertTriangle, IconFile } from "../icons";
import css from "./Template.module.css";

/** Why it cannot be sent, or what to know before. */
export function Why({ template }: { template: Template }) {
  const t = useT();
  const words = template.status !== "approved" ? t(`template.why_${template.status}`) : template.header === "location" ? t("template.why_location") : "";
  if (!words) return null;
  return <p className={css.why} role="note"><IconAlertTriangle size={15} aria-hidden /><span>{words} {template.reason}</span></p>;
}

export function Preview({ template, values, file }: { template: Template; values: Record<string, string>; file: StoredFile | null }) {
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
