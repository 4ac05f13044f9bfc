/** A page of settings or lists: title, what it is for, its one main act; and what lies in it. */
import type { ReactNode } from "react";
import css from "./Page.module.css";

interface Props { title: string; lead?: ReactNode; action?: ReactNode; children: ReactNode; wide?: boolean }

export function Page({ title, lead, action, children, wide = false }: Props) {
  return (
    <div className={`${css.page} ${wide ? css.wide : ""}`}>
      <header className={css.head}>
        <div>
          <h1>{title}</h1>
          {lead ? <p>{lead}</p> : null}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** Part of a page, with its own heading. */
export function Part({ title, lead, action, children }: Partial<Pick<Props, "lead" | "action">> & { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <header className={css.head}>
        <div><h2>{title}</h2>{lead ? <p>{lead}</p> : null}</div>
        {action}
      </header>
      {children}
    </section>
  );
}

/** Lines of things, a hairline between them. */
export function Lines({ children, label }: { children: ReactNode; label?: string }) {
  return <ul className={css.lines} aria-label={label}>{children}</ul>;
}

export function Line({ icon, title, text, end }: { icon?: ReactNode; title: ReactNode; text?: ReactNode; end?: ReactNode }) {
  return (
    <li className={css.line}>
      {icon}
      <div className={css.words}><b>{title}</b>{text ? <span>{text}</span> : null}</div>
      {end ? <div className={css.end}>{end}</div> : null}
    </li>
  );
}
