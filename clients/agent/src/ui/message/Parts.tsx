/** The parts a message left in: where each stands, why one did not get there, and the choice for it. */
import type { Key } from "@shared/t";
import type { Message, Part } from "@shared/types";
import { useT } from "@lib/i18n";
import { Button } from "../Button";
import { IconAlertTriangle, IconHelp } from "../icons";
import css from "./Parts.module.css";
import { Ticks, type Decide } from "./Ticks";
import { Said, whyOf } from "./why";

interface Props { message: Message; onRetry?: Decide }

export const isOpen = (part: Part): boolean => part.state === "failed" || part.state === "uncertain";

/** What a part carries, in a line: its words, else its files. */
export function shareOf(part: Part, message: Message): string {
  const files = part.files.map((id) => message.attachments.find((one) => one.id === id)?.name).filter(Boolean);
  return part.text.trim().replaceAll(/\s+/g, " ") || files.join(", ");
}

export function Parts({ message, onRetry }: Props) {
  const t = useT();
  const parts = message.parts ?? [];
  const waiting = parts.filter(isOpen);
  return (
    <>
      <ol className={css.parts}>
        {parts.map((part) => (
          <li key={part.number} data-state={part.state}>
            <span className={css.mark}>{part.state === "failed" ? <IconAlertTriangle size={14} aria-hidden /> : part.state === "uncertain" ? <IconHelp size={14} aria-hidden /> : <Ticks state={part.state} />}</span>
            <span className={`${css.share} cut`} dir="auto">{shareOf(part, message) || t("state.part", { number: part.number })}</span>
            <span className={css.state}>{t(`state.${part.state}` as Key)}</span>
            {part.error ? <span className={css.reason}>{whyOf(t, part.error)} <Said error={part.error} /></span> : null}
            {isOpen(part) && onRetry ? (
              <span className={css.choice}>
                <Button small onClick={() => onRetry("resend", part.number)} aria-label={`${t("state.retry")}: ${t("state.part", { number: part.number })}`}>{t("state.retry")}</Button>
                {part.error?.code === "dropped" ? null : <Button small kind="quiet" onClick={() => onRetry("drop", part.number)} aria-label={`${t("state.drop")}: ${t("state.part", { number: part.number })}`}>{t("state.drop")}</Button>}
                {part.state === "uncertain" ? <Button small kind="quiet" onClick={() => onRetry("sent", part.number)} aria-label={`${t("state.mark_sent")}: ${t("state.part", { number: part.number })}`}>{t("state.mark_sent")}</Button> : null}
              </span>
            ) : null}
          </li>
        ))}
      </ol>
      {waiting.length > 1 && onRetry ? <p className={css.all}><Button small onClick={() => onRetry("resend")}>{t("state.retry_all", { count: waiting.length })}</Button></p> : null}
    </>
  );
}
