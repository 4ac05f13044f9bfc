/** How Hilo looks and answers to one: name, language, theme, density, keys, sign-ins. */
import { LOCALES } from "@shared/t";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, reasonOf, useT } from "@lib/i18n";
import type { Preferences, Session } from "@lib/model";
import { prefer, preferLocale, themeOf } from "@lib/prefs";
import { useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { ago } from "@lib/time";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Area, Field } from "@ui/Field";
import { Line, Lines, Page, Part } from "@ui/Page";
import { endonym } from "./Door";
import { KeySettings } from "./KeySettings";
import css from "./People.module.css";
import { SHORTEST } from "./ResetPassword";

function useTry() {
  const t = useT();
  return (work: Promise<unknown>, done?: string): void =>
    void work.then(() => done && say(done), (error: unknown) => say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" }));
}

export function ProfilePage() {
  const t = useT();
  const me = useMe().agent;
  const attempt = useTry();
  const rename = async (form: FormData): Promise<void> => {
    await api.patch("/me", { name: form.get("name"), preferences: { signature: form.get("signature") } });
    await cache.invalidateQueries({ queryKey: ["me"] });
    void cache.invalidateQueries({ queryKey: ["ways"] }); // they show the signature
  };
  return (
    <Page title={t("settings.profile")} lead={t("profile.lead")}>
      <form className={css.grid} onSubmit={(event) => { event.preventDefault(); attempt(rename(new FormData(event.currentTarget)), t("common.saved")); }}>
        <Field label={t("profile.name")} name="name" defaultValue={me.name} required maxLength={200} autoComplete="name" />
        <Field label={t("signin.email")} value={me.email} readOnly disabled />
        <div className={css.wide}><Area label={t("profile.signature")} hint={t("profile.signature_hint")} name="signature" defaultValue={me.preferences.signature ?? ""} maxLength={2000} /></div>
        <p><Button kind="primary" type="submit">{t("common.save")}</Button></p>
      </form>
      <Part title={t("profile.look")}><Look attempt={attempt} /></Part>
      <Part title={t("keys.title")} lead={t("profile.keys_lead")}><KeySettings /></Part>
      <Part title={t("profile.password")}><Password /></Part>
      <Part title={t("profile.sessions")}><Sessions attempt={attempt} /></Part>
    </Page>
  );
}

type Attempt = ReturnType<typeof useTry>;

function Look({ attempt }: { attempt: Attempt }) {
  const t = useT();
  const own = useMe().agent.preferences ?? {};
  const theme = useStore(themeOf);
  const set = (change: Preferences) => attempt(prefer(change));
  return (
    <div>
      <Setting label={t("profile.language")} value={t.locale} options={LOCALES.map((one) => [one, endonym(one)] as const)} onChange={(one) => attempt(preferLocale(one))} />
      <Setting label={t("profile.theme")} value={theme} options={(["auto", "light", "dark"] as const).map((one) => [one, t(`profile.theme_${one}`)] as const)} onChange={(one) => set({ theme: one })} />
      <Setting label={t("profile.density")} value={own.density ?? "compact"} options={(["compact", "cosy"] as const).map((one) => [one, t(`profile.density_${one}`)] as const)} onChange={(one) => set({ density: one })} />
    </div>
  );
}

function Setting<Value extends string>({ label, value, options, onChange }: { label: string; value: Value; options: readonly (readonly [Value, string])[]; onChange: (value: Value) => void }) {
  return (
    <div className={css.setting}>
      <span>{label}</span>
      <div role="group" aria-label={label} className={css.segments}>
        {options.map(([one, text]) => <button key={one} type="button" aria-pressed={one === value} onClick={() => onChange(one)}>{text}</button>)}
      </div>
    </div>
  );
}

function Password() {
  const t = useT();
  const [error, setError] = useState<unknown>(null);
  const errors = fieldErrors(error);
  async function change(element: HTMLFormElement): Promise<void> {
    const form = new FormData(element);
    try {
      await api.put("/me/password", { current_password: form.get("old"), new_password: form.get("new") });
      setError(null);
      element.reset();
      say(t("profile.password_changed"));
    } catch (reason) {
      setError(reason);
      say(t("toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
    }
  }
  return (
    <form className={css.grid} onSubmit={(event) => { event.preventDefault(); void change(event.currentTarget); }}>
      <Field label={t("profile.old_password")} name="old" type="password" autoComplete="current-password" required error={errors["current_password"]} />
      <Field label={t("signin.new_password")} name="new" type="password" autoComplete="new-password" required hint={t("signin.password_rule", { count: SHORTEST })} error={errors["new_password"]} />
      <p><Button type="submit">{t("profile.change_password")}</Button></p>
    </form>
  );
}

/** A browser and a system in words, from what it says of itself. */
function device(agent: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1] ?? "";
  const system = /(Windows|Android|iPhone|iPad|Mac OS|Linux)/.exec(agent)?.[1] ?? "";
  return [browser, system].filter(Boolean).join(" · ") || agent.slice(0, 60) || "?";
}

function Sessions({ attempt }: { attempt: Attempt }) {
  const t = useT();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: () => api.get<{ items: Session[] }>("/sessions") });
  const renew = () => cache.invalidateQueries({ queryKey: ["sessions"] });
  const items = sessions.data?.items ?? [];
  return (
    <>
      <Lines>
        {items.map((one) => <Line key={one.id} title={device(one.user_agent)} text={t("agents.last_seen", { time: ago(t, one.last_seen_at) })} end={one.is_current ? t("profile.this_session") : null} />)}
      </Lines>
      {items.length > 1 ? <p><Button kind="danger" onClick={() => attempt(api.delete("/sessions").then(renew), t("profile.signed_out_others"))}>{t("profile.sign_out_others")}</Button></p> : null}
    </>
  );
}
