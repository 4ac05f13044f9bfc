/** Buttons: plain, primary, quiet, danger; with the key that does the same. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cap } from "@lib/keys";
import css from "./Button.module.css";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "primary" | "quiet" | "danger";
  icon?: ReactNode;
  keys?: string | undefined;
  busy?: boolean;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "plain", icon, keys, busy = false, small = false, children, className = "", ...rest }: Props) {
  return (
    <button type="button" {...rest} aria-busy={busy || undefined} disabled={rest.disabled || busy}
      className={`${css.button} ${css[kind]} ${small ? css.small : ""} ${className}`}>
      {icon}
      <span className={css.text}>{children}</span>
      {keys ? <Cap keys={keys} /> : null}
    </button>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  keys?: string | undefined;
  on?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A button of one icon; the label is read aloud and shown on hover, with its key. */
export function IconButton({ label, keys, on, children, className = "", ...rest }: IconProps) {
  return (
    <button type="button" {...rest} aria-label={label} title={keys ? `${label} (${cap(keys)})` : label}
      {...(on === undefined ? {} : { "aria-pressed": on })} className={`${css.icon} ${on ? css.on : ""} ${className}`}>
      {children}
    </button>
  );
}

export function Cap({ keys }: { keys: string }) {
  if (!keys) return null;
  return <kbd className={css.cap} aria-hidden="true">{cap(keys)}</kbd>;
}
