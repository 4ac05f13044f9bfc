/** A dialog with a form in it, and one that only asks. */
import { useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { reasonOf, useT } from "@lib/i18n";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import css from "./Sheet.module.css";

interface Props {
  title: string; submit: string; onClose: () => void;
  /** Throws to stay open: the reason is shown. */
  onSubmit: (form: FormData) => Promise<void>;
  children: ReactNode; danger?: boolean; size?: number; disabled?: boolean;
  /** Told what went wrong, for messages at the fields. */
  onError?: (error: unknown) => void;
}

/** Escape closes the dialog, and only the dialog: by the time the page's own keys hear of it, it is gone already. */
export const leaving = (onClose: () => void) => ({
  closeOnEscape: false,
  onKeyDown: (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  },
});

export function Sheet({ title, submit, onClose, onSubmit, children, danger = false, size = 460, disabled = false, onError }: Props) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function send(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit(new FormData(event.currentTarget));
    } catch (reason) {
      setError(reason);
      onError?.(reason);
    }
    setBusy(false);
  }
  return (
    <Dialog onClose={onClose} title={title} size={size} {...leaving(onClose)}>
      <form className={css.form} onSubmit={(event) => void send(event)}>
        {children}
        {error ? <p className={css.error} role="alert">{reasonOf(t, error)}</p> : null}
        <p className={css.choice}>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button kind={danger ? "danger" : "primary"} type="submit" busy={busy} disabled={disabled}>{submit}</Button>
        </p>
      </form>
    </Dialog>
  );
}

/** For the few things that cannot be undone. */
export function Confirm({ title, body, act, onClose, onConfirm }: { title: string; body: string; act: string; onClose: () => void; onConfirm: () => Promise<void> }) {
  return <Sheet title={title} submit={act} onClose={onClose} onSubmit={onConfirm} danger><p className={css.body}>{body}</p></Sheet>;
}
