/** Empty, failed and waiting: every pane says which of the three it is, and what one can do. */
import { IconAlertCircle } from "./icons";
import type { ReactNode } from "react";
import { ApiError } from "@lib/api";
import { reasonOf, useT } from "@lib/i18n";
import { Button } from "./Button";
import css from "./Empty.module.css";

/** Small drawings of one stroke each. */
const DRAWINGS = {
  thread: "M6 52c18 0 20-30 38-30s12 26 30 26 16-18 40-18",
  tray: "M10 58h28c2 10 24 10 26 0h46M10 58l14-36h72l14 36v16H10V58",
  letter: "M14 22h92v54H14V22l46 32 46-32",
  people: "M18 76c0-18 10-24 20-24s20 6 20 24M38 44a12 12 0 1 0-.1 0M66 54c4-2 8-2 10-2 10 0 22 6 22 24M78 44a12 12 0 1 0-.1 0",
  glass: "M52 66a24 24 0 1 0-.1 0M69 60l27 24",
  shield: "M60 14c12 8 24 10 34 10 0 30-10 48-34 60-24-12-34-30-34-60 10 0 22-2 34-10M46 48l10 11 20-22",
  key: "M44 62a17 17 0 1 1 16-22h48v14H96v12H82V54H60a17 17 0 0 1-16 8M42 45h.5",
  tag: "M14 20h40l44 38-30 32-54-36V20M32 36h.5",
} as const;

export type Drawing = keyof typeof DRAWINGS;

interface Props { drawing: Drawing; title: string; children?: ReactNode; action?: ReactNode }

export function Empty({ drawing, title, children, action }: Props) {
  return (
    <div className={css.empty}>
      <svg width="96" height="77" viewBox="0 0 120 96" fill="none" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
        <path d={DRAWINGS[drawing]} />
      </svg>
      <p className={css.title}>{title}</p>
      {children ? <p className={css.body}>{children}</p> : null}
      {action}
    </div>
  );
}

interface FailedProps { what: string; error: unknown; retry?: () => void }

/** What happened, why, and a way on. The code is there to be quoted. */
export function Failed({ what, error, retry }: FailedProps) {
  const t = useT();
  return (
    <div className={css.empty} role="alert">
      <IconAlertCircle size={28} stroke={1.6} className={css.alert} aria-hidden />
      <p className={css.title}>{what}</p>
      <p className={css.body}>{reasonOf(t, error)}{error instanceof ApiError ? <code> {error.code}</code> : null}</p>
      {retry ? <Button onClick={retry}>{t("common.retry")}</Button> : null}
    </div>
  );
}

/** Grey shapes of what will come; they show themselves only after 200 ms. */
export function Bones({ rows = 6, kind = "line" }: { rows?: number; kind?: "row" | "line" | "message" }) {
  const t = useT();
  return (
    <div className={css.bones} role="status" aria-label={t("common.loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={css[kind]} style={{ "--w": `${58 + ((index * 37) % 35)}%` } as React.CSSProperties}>
          {kind === "line" ? null : <i />}
          <b /><span />
        </div>
      ))}
    </div>
  );
}
