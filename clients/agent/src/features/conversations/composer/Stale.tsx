/** Somebody wrote while one was typing: the send stops, and one decides. */
import { useEffect, useRef } from "react";
import type { Message } from "@shared/types";
import { useT } from "@lib/i18n";
import { Button } from "@ui/Button";
import css from "./Stale.module.css";

interface Props { last: Message | undefined; onAnyway: () => void; onEdit: () => void }

export function Stale({ last, onAnyway, onEdit }: Props) {
  const t = useT();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div className={css.stale} role="alert">
      <p><b>{t("composer.stale_title")}</b></p>
      {last ? <p className={css.said}>{last.author.name}: {last.text.slice(0, 180)}</p> : null}
      <p>{t("composer.stale_body")}</p>
      <p className={css.choice}>
        <Button small ref={first} onClick={onEdit}>{t("composer.keep_editing")}</Button>
        <Button small kind="danger" onClick={onAnyway}>{t("composer.send_anyway")}</Button>
      </p>
    </div>
  );
}
