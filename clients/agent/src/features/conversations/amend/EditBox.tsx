/** A reply that has left, being changed where it stands. */
import type { Message } from "@shared/types";
import { useEffect, useRef, useState } from "react";
import { length } from "@lib/limits/measure";
import { reasonOf, useT } from "@lib/i18n";
import type { Channel } from "@lib/model";
import { Button } from "@ui/Button";
import { edit } from "./amend";
import css from "./Amend.module.css";

export function EditBox({ message, channel, onDone }: { message: Message; channel: Channel; onDone: () => void }) {
  const t = useT();
  const [text, setText] = useState(message.text);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(message.text.length, message.text.length);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it opens
  }, []);
  const over = length(text, channel.limits.text_unit) - channel.limits.text_chars;
  const ready = text.trim() !== "" && text !== message.text && over <= 0;
  async function save(): Promise<void> {
    if (!ready) return;
    setBusy(true);
    try {
      await edit(message, text.trim());
      onDone();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  }
  return (
    <form className={css.edit} onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <textarea ref={box} value={text} rows={2} dir="auto" aria-label={t("amend.edit")} onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") onDone();
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
          else return;
          event.preventDefault();
        }} />
      {over > 0 ? <p role="alert">{t("composer.too_long", { count: over })}</p> : null}
      {error ? <p role="alert">{reasonOf(t, error)}</p> : null}
      <p className={css.choice}>
        <Button small kind="primary" type="submit" busy={busy} disabled={!ready} keys="mod+enter">{t("common.save")}</Button>
        <Button small kind="quiet" onClick={onDone} keys="escape">{t("common.cancel")}</Button>
      </p>
    </form>
  );
}
