/** A menu on a button: arrows walk, Enter acts, Escape leaves. */
import { cloneElement, useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { Floating } from "./Floating";
import { IconCheck } from "./icons";
import css from "./Menu.module.css";

/** off: it cannot be done now; the hint says why. */
export interface MenuItem { label: string; run: () => void; icon?: ReactNode; hint?: string; on?: boolean; group?: string; off?: boolean }

interface Props { label: string; items: readonly MenuItem[]; trigger: ReactElement<Record<string, unknown>>; side?: "start" | "end" | "right"; heading?: string }

function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to: Record<string, number> = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 };
  const next = to[event.key];
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[next]?.focus();
}

export function Menu({ label, items, trigger, side = "end", heading }: Props) {
  const [open, setOpen] = useState(false);
  const choosing = items.some((one) => one.on !== undefined);
  const button = cloneElement(trigger, { onClick: () => setOpen(!open), "aria-haspopup": "menu", "aria-expanded": open });
  return (
    <Floating open={open} onClose={() => setOpen(false)} trigger={button} label={label} side={side} role="menu" layer="picker">
      <div className={css.menu} onKeyDown={walk} role="presentation">
        {heading ? <p className={css.heading} role="presentation">{heading}</p> : null}
        {items.map((one, at) => [
          one.group && one.group !== items[at - 1]?.group ? <p key={`g-${one.group}`} className={css.heading} role="presentation">{one.group}</p> : null,
          <button key={one.label} type="button" className={css.item} tabIndex={-1}
            {...(choosing ? { role: "menuitemradio", "aria-checked": one.on ?? false } : { role: "menuitem" })}
            {...(one.off ? { "aria-disabled": true } : {})} onClick={() => { if (one.off) return; setOpen(false); one.run(); }}>
            {one.icon}<span className={css.label}>{one.label}</span>
            {one.hint ? <small>{one.hint}</small> : null}
            {one.on ? <IconCheck size={15} aria-hidden /> : null}
          </button>,
        ])}
      </div>
    </Floating>
  );
}
