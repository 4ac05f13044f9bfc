/** Form fields: a label over its input, the mistake under it, what is wanted between. */
import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import css from "./Field.module.css";

interface Around { label: string; hint?: ReactNode; error?: string | undefined }

function Frame({ id, label, hint, error, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      {hint ? <p className={css.hint} id={`${id}-hint`}>{hint}</p> : null}
      {children}
      {error ? <p className={css.error} id={`${id}-error`} role="alert">{error}</p> : null}
    </div>
  );
}

const described = (id: string, hint: ReactNode, error: string | undefined): { "aria-invalid"?: true; "aria-describedby"?: string } => {
  const ids = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return { ...(error ? { "aria-invalid": true as const } : {}), ...(ids ? { "aria-describedby": ids } : {}) };
};

export function Field({ label, hint, error, ...rest }: Around & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  // Dialogs look for the mark; pages use the attribute itself.
  const first = rest.autoFocus ? { "data-autofocus": true } : {};
  return <Frame id={id} label={label} hint={hint} error={error}><input id={id} className={css.input} {...first} {...described(id, hint, error)} {...rest} /></Frame>;
}

export function Area({ label, hint, error, ...rest }: Around & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return <Frame id={id} label={label} hint={hint} error={error}><textarea id={id} className={css.input} rows={3} {...described(id, hint, error)} {...rest} /></Frame>;
}

interface ChooseProps extends Around, SelectHTMLAttributes<HTMLSelectElement> { options: readonly (readonly [string, string])[] }

export function Choose({ label, hint, error, options, ...rest }: ChooseProps) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select id={id} className={css.input} {...described(id, hint, error)} {...rest}>
        {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </Frame>
  );
}

/** A yes or no. */
export function Check({ label, hint, ...rest }: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={css.check}>
      <input type="checkbox" {...rest} />
      <span>{label}{hint ? <small>{hint}</small> : null}</span>
    </label>
  );
}
