/** Where an outgoing message stands, in a word and a shape; and what one decides when it did not get there. */
import { useEffect, useState } from "react";
import type { Key } from "@shared/t";
import type { Message } from "@shared/types";
import { useT } from "@lib/i18n";
import { Button } from "../Button";
import { IconAlertTriangle, IconCloudOff, IconHelp } from "../icons";
import { Parts } from "./Parts";
import css from "./State.module.css";
import { Ticks, type Decide } from "./Ticks";
import { Said, whyOf } from "./why";

function useCountdown(until: string | null): number {
  const left = () => (until ? Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000)) : 0);
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    if (left() === 0) return;
    const timer = setInterval(() => setSeconds(left()), 500);
    return () => clearInterval(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `left` reads only `until`
  }, [until]);
  return seconds;
}

export function StateMark({ message, onUndo }: { message: Message; onUndo?: () => void }) {
  const t = useT();
  const waiting = message.state === "queued" ? message.undo_until : null;
  const seconds = useCountdown(waiting);
  if (waiting && seconds > 0) {
    return (
      <span className={css.waiting}>
        {t("state.leaves_in", { seconds })}
        {onUndo ? <Button small kind="quiet" onClick={onUndo}>{t("common.undo")}</Button> : null}
      </span>
    );
  }
  if (message.meta["waiting"]) {
    return (
      <span className={css.waiting}>
        <IconCloudOff size={13} aria-hidden /> {t("state.waiting")}
        {onUndo ? <Button small kind="quiet" onClick={onUndo}>{t("common.undo")}</Button> : null}
      </span>
    );
  }
  return <span className={css.state} data-state={message.state}><Ticks state={message.state} />{t(`state.${message.state}` as Key)}</span>;
}

/** Failed or uncertain: why, and the choice; of each part, where there are several. */
export function Trouble({ message, onRetry }: { message: Message; onRetry?: Decide }) {
  const t = useT();
  const failed = message.state === "failed";
  const dropped = message.error?.code === "dropped";
  const error = message.error;
  const reason = error ? whyOf(t, error) : "";
  const parts = message.parts ?? [];
  const several = parts.length > 1;
  return (
    <div className={css.trouble} data-state={message.state} role="status">
      {failed ? <IconAlertTriangle size={16} aria-hidden /> : <IconHelp size={16} aria-hidden />}
      <div className={css.why}>
        <p><b>{t(several ? (failed ? "state.parts_failed_title" : "state.parts_uncertain_title") : failed ? "state.failed_title" : "state.uncertain_title")}</b> {failed && !several ? reason : null}</p>
        {several ? <Parts message={message} {...(onRetry ? { onRetry } : {})} /> : (
          <>
            {error ? <p><Said error={error} className={css.detail} /></p> : null}
            {onRetry ? (
              <p className={css.choice}>
                <Button small onClick={() => onRetry("resend")}>{t("state.retry")}</Button>
                {failed ? null : <Button small kind="quiet" onClick={() => onRetry("sent")}>{t("state.mark_sent")}</Button>}
                {dropped ? null : <Button small kind="quiet" onClick={() => onRetry("drop")}>{t("state.drop")}</Button>}
              </p>
            ) : null}
          </>
        )}
      </div>
    </div>
  );
}
