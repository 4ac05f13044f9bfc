/** How far something has got, as a shape; and what one decides when it did not get there. */
import type { MessageState } from "@shared/types";
import css from "./State.module.css";

export type Decision = "resend" | "sent" | "drop";
/** part: of which of its parts; without it, of all that wait for it. */
export type Decide = (decision: Decision, part?: number) => void;

/** Dots, one tick, two ticks, two filled ticks. */
export function Ticks({ state }: { state: MessageState }) {
  if (state === "queued" || state === "sending") return <svg className={css.ticks} viewBox="0 0 16 10" aria-hidden><path d="M2 5h.1M7 5h.1M12 5h.1" /></svg>;
  if (state === "sent") return <svg className={css.ticks} viewBox="0 0 16 10" aria-hidden><path d="m3 5.2 2.6 2.6L11 2" /></svg>;
  if (state === "delivered" || state === "read") return <svg className={css.ticks} data-read={state === "read"} viewBox="0 0 16 10" aria-hidden><path d="m1 5.2 2.6 2.6L9 2M7.5 7.5l.6.3L14 2" /></svg>;
  return null;
}
