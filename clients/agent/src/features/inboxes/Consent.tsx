/** Sign-in by consent: off to the provider, where the account's owner allows it, and back. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Id } from "@shared/types";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { reasonOf, useT } from "@lib/i18n";
import type { Account } from "@lib/model";
import { ago, exact } from "@lib/time";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Bones } from "@ui/Empty";
import { Page, Part } from "@ui/Page";
import css from "./Inboxes.module.css";

const KEPT = "hilo-consent";
const SOON_S = 15 * 86_400;

interface Begun { url: string; state: string }
interface Kept { account: Id; state: string }

/** Whether the account signs in that way: its form says so. */
export const wantsConsent = (account: Account): boolean => (account.settings["sign_in"] ?? "password") !== "password";

export function Consent({ account }: { account: Account }) {
  const t = useT();
  const given = account.secrets_set.includes("oauth_access_token");
  const ends = account.expires_at;
  const soon = ends !== null && ends !== undefined && Date.parse(ends) - Date.now() < SOON_S * 1000;
  async function begin(): Promise<void> {
    try {
      const begun = await api.post<Begun>(`/accounts/${account.id}/consent`);
      sessionStorage.setItem(KEPT, JSON.stringify({ account: account.id, state: begun.state } satisfies Kept));
      window.location.assign(begun.url);
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
  }
  return (
    <Part title={t("consent.title")}>
      <p>{t(given ? "consent.given" : "consent.missing")}</p>
      {ends ? <p className={soon ? css.problem : ""} role={soon ? "alert" : undefined} title={exact(t, ends)}>{t("consent.ends", { time: ago(t, ends) })}</p> : null}
      <p><Button kind={given && !soon ? "quiet" : "primary"} onClick={() => void begin()}>{t(given ? "consent.again" : "consent.begin")}</Button></p>
    </Part>
  );
}

/** The page the provider sends the browser back to. */
export function ConsentBack() {
  const t = useT();
  const navigate = useNavigate();
  const done = useRef(false);
  useEffect(() => {
    if (done.current) return; // a code is good for one use
    done.current = true;
    void settle();
  });
  async function settle(): Promise<void> {
    const said = new URLSearchParams(window.location.search);
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Kept | null;
    sessionStorage.removeItem(KEPT);
    const [code, state] = [said.get("code"), said.get("state")];
    if (!kept || !code || state !== kept.state) {
      say(t("consent.failed", { reason: said.get("error_description") ?? said.get("error") ?? t("consent.lost") }), { kind: "error" });
      await navigate(kept ? { to: "/settings/accounts/$id", params: { id: kept.account }, replace: true } : { to: "/settings/inboxes", replace: true });
      return;
    }
    try {
      await api.put<Account>(`/accounts/${kept.account}/consent`, { code, state });
      say(t("consent.done"));
    } catch (error) {
      say(t("consent.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
    await cache.invalidateQueries({ queryKey: ["inboxes"] });
    await navigate({ to: "/settings/accounts/$id", params: { id: kept.account }, replace: true });
  }
  return <Page title={t("consent.working")}><Bones rows={2} /></Page>;
}
