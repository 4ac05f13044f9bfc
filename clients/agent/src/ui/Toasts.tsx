/** The notices, and the polite live region beside them. */
import { IconX } from "./icons";
import { useT } from "@lib/i18n";
import { useStore } from "@lib/store";
import { announced, dismiss, toasts } from "@lib/toasts";
import { Button, IconButton } from "./Button";
import css from "./Toasts.module.css";

export function Toasts() {
  const t = useT();
  const shown = useStore(toasts);
  const { text, turn } = useStore(announced);
  return (
    <>
      <section className={css.region} aria-label={t("toast.region")} aria-live="polite">
        {shown.map((toast) => (
          <div key={toast.id} className={`${css.toast} ${css[toast.kind]}`}>
            <span className={css.text}>{toast.text}{toast.hint ? <em> · {toast.hint}</em> : null}</span>
            {toast.action ? (
              <Button small kind="quiet" onClick={() => { dismiss(toast.id); toast.action?.run(); }}>{toast.action.label}</Button>
            ) : null}
            <IconButton label={t("toast.dismiss")} onClick={() => dismiss(toast.id)}><IconX size={14} /></IconButton>
          </div>
        ))}
      </section>
      <div className="hidden" aria-live="polite" role="log">{text ? <span key={turn}>{text}</span> : null}</div>
    </>
  );
}
