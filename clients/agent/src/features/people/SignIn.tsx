/** The door: e-mail and password, and the way for who forgot it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, ApiError, setCsrf } from "@lib/api";
import { stayIn } from "@lib/kept";
import { cache } from "@lib/cache";
import { reasonOf, useT } from "@lib/i18n";
import { Button } from "@ui/Button";
import { Field } from "@ui/Field";
import { Door } from "./Door";
import css from "./Door.module.css";

export function SignIn() {
  const [lost, setLost] = useState(false);
  return lost ? <Forgotten onBack={() => setLost(false)} /> : <Entrance onLost={() => setLost(true)} />;
}

function Entrance({ onLost }: { onLost: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const { to } = useSearch({ from: "/sign-in" });
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function enter(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      const answer = await api.post<{ csrf_token?: string }>("/session", { email: form.get("email"), password: form.get("password") });
      stayIn();
      setCsrf(answer.csrf_token);
      cache.clear();
      await navigate({ to: to?.startsWith("/") && !to.startsWith("//") ? to : "/inbox", replace: true });
    } catch (reason) {
      setError(reason instanceof ApiError && reason.status === 401 ? t("signin.wrong") : reasonOf(t, reason));
      setBusy(false);
    }
  }

  return (
    <Door title={t("signin.title")} lead={t("signin.lead")}>
      <form onSubmit={(event) => void enter(event)}>
        <Field label={t("signin.email")} name="email" type="email" autoComplete="username" required autoFocus />
        <Field label={t("signin.password")} name="password" type="password" autoComplete="current-password" required />
        {error ? <p className={css.error} role="alert">{error}</p> : null}
        <Button kind="primary" type="submit" busy={busy}>{t("signin.submit")}</Button>
      </form>
      <button type="button" className={css.plain} onClick={onLost}>{t("signin.forgot")}</button>
    </Door>
  );
}

function Forgotten({ onBack }: { onBack: () => void }) {
  const t = useT();
  const [sent, setSent] = useState(false);
  const [error, setError] = useState<string | null>(null);
  async function ask(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    try {
      await api.post("/password-resets", { email: new FormData(event.currentTarget).get("email") });
      setSent(true);
    } catch (reason) {
      setError(reasonOf(t, reason));
    }
  }
  return (
    <Door title={t("signin.reset_title")} lead={t("signin.reset_lead")}>
      {sent ? <p className={css.good} role="status">{t("signin.reset_sent")}</p> : (
        <form onSubmit={(event) => void ask(event)}>
          <Field label={t("signin.email")} name="email" type="email" autoComplete="username" required autoFocus />
          {error ? <p className={css.error} role="alert">{error}</p> : null}
          <Button kind="primary" type="submit">{t("signin.reset_submit")}</Button>
        </form>
      )}
      <button type="button" className={css.plain} onClick={onBack}>{t("signin.back")}</button>
    </Door>
  );
}
