/** Automatic answers are stopped, because a machine seems to write back: why, and the way to let them go on. */
import type { Id, Message } from "@shared/types";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@lib/api";
import { reasonOf, sayOr, useT } from "@lib/i18n";
import { useCan } from "@lib/queries";
import { exact } from "@lib/time";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { IconRobot } from "@ui/icons";
import css from "./Thread.module.css";

interface State { is_stopped: boolean; reason: string | null; since: string | null }

/** Asked of the server only where the thread tells of a guard: it may have been lifted in another conversation of the same address. */
export function Guard({ id, messages }: { id: Id; messages: readonly Message[] }) {
  const last = messages.findLast((one) => one.kind === "activity" && /^(stopped_|lifted$)/.test(String(one.meta["code"])));
  return last && last.meta["code"] !== "lifted" ? <Stopped id={id} since={last.id} /> : null;
}

function Stopped({ id, since }: { id: Id; since: Id }) {
  const t = useT();
  const may = useCan("conversation:reply");
  const path = `/conversations/${id}/guard`;
  const state = useQuery({ queryKey: ["guard", id, since], queryFn: ({ signal }) => api.get<State>(path, {}, signal) });
  const lift = useMutation({
    mutationFn: () => api.delete<State>(path),
    onSuccess: () => void state.refetch(),
    onError: (error) => say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" }),
  });
  if (!state.data?.is_stopped) return null;
  return (
    <div className={css.guard} role="status">
      <IconRobot size={16} aria-hidden />
      <span>{sayOr(t, `activity.stopped_${state.data.reason}`, t("guard.stopped"))}{state.data.since ? ` · ${t("guard.until", { since: exact(t, state.data.since) })}` : ""}</span>
      {may ? <Button small busy={lift.isPending} onClick={() => lift.mutate()}>{t("guard.lift")}</Button> : null}
    </div>
  );
}
