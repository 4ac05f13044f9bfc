/** Joining a workspace by an invitation's link. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, setCsrf } from "@lib/api";
import { stayIn } from "@lib/kept";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import { Button } from "@ui/Button";
import { Bones } from "@ui/Empty";
import { Field } from "@ui/Field";
import { Door } from "./Door";
import css from "./Door.module.css";
import { SHORTEST } from "./ResetPassword";

interface Invited { email: string; name: string; workspace_name: string; has_login: boolean }

export function AcceptInvitation() {
  const t = useT();
  const navigate = useNavigate();
  const { token } = useSearch({ from: "/join" });
  const invited = useQuery({ queryKey: ["invited", token], retry: false, queryFn: () => api.get<Invited>("/invitations/accept", { token }) });
  const [error, setError] = useState<unknown>(null);
  async function join(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      const answer = await api.post<{ csrf_token?: string } | undefined>("/invitations/accept", { token, name: form.get("name"), password: form.get("password") });
      stayIn();
      setCsrf(answer?.csrf_token);
      cache.clear();
      await navigate({ to: "/inbox" });
    } catch (reason) {
      setError(reason);
    }
  }
  if (invited.isPending) return <Door title={t("app.name")}><Bones rows={3} /></Door>;
  if (!invited.data) return <Door title={t("app.not_found_title")} lead={t("signin.link_dead")}><Link to="/sign-in" search={{}} className={css.plain}>{t("signin.back")}</Link></Door>;
  const { email, name, workspace_name: place, has_login: known } = invited.data;
  const errors = fieldErrors(error);
  return (
    <Door title={t("invite.title", { workspace: place })} lead={t("invite.lead", { email })}>
      <form onSubmit={(event) => void join(event)}>
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <Field label={t("invite.name")} name="name" defaultValue={name ?? ""} autoComplete="name" required autoFocus error={errors["name"]} />
        <Field label={t(known ? "signin.password" : "signin.new_password")} hint={known ? t("invite.has_login") : t("signin.password_rule", { count: SHORTEST })} name="password" type="password"
          autoComplete={known ? "current-password" : "new-password"} required error={errors["password"]} />
        {error && !errors["password"] && !errors["name"] ? <p className={css.error} role="alert">{reasonOf(t, error)}</p> : null}
        <Button kind="primary" type="submit">{t("invite.submit")}</Button>
      </form>
    </Door>
  );
}
