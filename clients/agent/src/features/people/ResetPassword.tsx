/** A new password by the link of a mail. */
import { Link, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, ApiError } from "@lib/api";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import { Button } from "@ui/Button";
import { Field } from "@ui/Field";
import { Door } from "./Door";
import css from "./Door.module.css";

export const SHORTEST = 10;

export function ResetPassword() {
  const t = useT();
  const { token } = useSearch({ from: "/reset" });
  const [done, setDone] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function set(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    try {
      await api.post("/password-resets/use", { token, password: new FormData(event.currentTarget).get("password") });
      setDone(true);
    } catch (reason) {
      setError(reason);
    }
  }
  const dead = error instanceof ApiError && [401, 404, 410].includes(error.status);
  const wrong = fieldErrors(error)["password"];
  return (
    <Door title={t("signin.reset_title")}>
      {done ? <p className={css.good} role="status">{t("signin.password_set")}</p> : (
        <form onSubmit={(event) => void set(event)}>
          <Field label={t("signin.new_password")} hint={t("signin.password_rule", { count: SHORTEST })} name="password" type="password"
            autoComplete="new-password" minLength={SHORTEST} required autoFocus error={wrong} />
          {error && !wrong ? <p className={css.error} role="alert">{dead ? t("signin.link_dead") : reasonOf(t, error)}</p> : null}
          <Button kind="primary" type="submit">{t("signin.set_password")}</Button>
        </form>
      )}
      <Link to="/sign-in" search={{}} className={css.plain}>{t("signin.back")}</Link>
    </Door>
  );
}
