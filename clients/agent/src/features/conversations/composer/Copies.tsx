/** Copies of a mail: to others, openly or hidden. */
import { useState } from "react";
import { useT } from "@lib/i18n";
import type { DraftMeta } from "@lib/model";
import css from "./Copies.module.css";

const ADDRESS = /^[^\s@,;]+@[^\s@,;]+\.?[^\s@,;]*$/;
const split = (text: string): string[] => text.split(/[,;\s]+/).map((one) => one.trim()).filter(Boolean);

/** The first copy that is not an address. */
export function copiesProblem(meta: DraftMeta): string | null {
  return [...(meta.cc ?? []), ...(meta.bcc ?? [])].find((one) => !ADDRESS.test(one)) ?? null;
}

export const hasCopies = (meta: DraftMeta): boolean => (meta.cc?.length ?? 0) + (meta.bcc?.length ?? 0) > 0;

export function Copies({ meta, onChange }: { meta: DraftMeta; onChange: (meta: DraftMeta) => void }) {
  const t = useT();
  const [cc, setCc] = useState((meta.cc ?? []).join(", "));
  const [bcc, setBcc] = useState((meta.bcc ?? []).join(", "));
  const wrong = copiesProblem(meta);
  return (
    <div className={css.copies}>
      <label>{t("composer.cc")}<input value={cc} inputMode="email" title={t("composer.copies_hint")} onChange={(event) => {
        setCc(event.target.value);
        onChange({ ...meta, cc: split(event.target.value) });
      }} /></label>
      <label>{t("composer.bcc")}<input value={bcc} inputMode="email" title={t("composer.copies_hint")} onChange={(event) => {
        setBcc(event.target.value);
        onChange({ ...meta, bcc: split(event.target.value) });
      }} /></label>
      {wrong ? <p role="alert">{t("composer.copies_wrong", { address: wrong })}</p> : null}
    </div>
  );
}
