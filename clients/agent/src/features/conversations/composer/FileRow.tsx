/** Files of a message being written, and those still on their way. */
import { useT } from "@lib/i18n";
import type { DraftMeta } from "@lib/model";
import { bytes } from "@lib/time";
import { IconFile, IconX } from "@ui/icons";
import css from "./FileRow.module.css";
import type { Uploading } from "./useUploads";

interface Props { files: NonNullable<DraftMeta["attachments"]>; going: readonly Uploading[]; onRemove: (id: string) => void }

export function FileRow({ files, going, onRemove }: Props) {
  const t = useT();
  if (files.length + going.length === 0) return null;
  return (
    <ul className={css.row}>
      {files.map((file) => (
        <li key={file.id}>
          <IconFile size={15} aria-hidden /><span className="cut">{file.name}</span><em>{bytes(t, file.size_bytes)}</em>
          <button type="button" aria-label={t("composer.remove_file", { name: file.name })} onClick={() => onRemove(file.id)}><IconX size={14} /></button>
        </li>
      ))}
      {going.map((one) => (
        <li key={one.key}>
          <span className="cut">{one.name}</span>
          <progress max={1} value={one.part} aria-label={t("composer.uploading", { name: one.name, percent: new Intl.NumberFormat(t.locale, { style: "percent" }).format(one.part) })} />
          <button type="button" aria-label={t("composer.remove_file", { name: one.name })} onClick={one.cancel}><IconX size={14} /></button>
        </li>
      ))}
    </ul>
  );
}
