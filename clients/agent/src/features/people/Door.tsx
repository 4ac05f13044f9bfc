/** The page before one is in: logo, one card, the language. */
import { LOCALES, type Locale } from "@shared/t";
import { useEffect, type ReactNode } from "react";
import { speak, useT } from "@lib/i18n";
import { Logo } from "@ui/Logo";
import css from "./Door.module.css";

export function Door({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const t = useT();
  useEffect(() => {
    document.title = t("app.title", { page: title });
  }, [t, title]);
  return (
    <main id="content" className={css.door}>
      <svg className={css.line} viewBox="0 0 800 600" preserveAspectRatio="xMidYMid slice" fill="none" aria-hidden>
        <path d="M-20 470C120 470 130 210 270 210s120 300 260 300 110-370 290-370" />
        <circle cx="270" cy="210" r="9" /><rect x="521" y="501" width="18" height="18" rx="5" />
      </svg>
      <div className={css.card}>
        <span className={css.logo}><Logo size={34} /><b>{t("app.name")}</b></span>
        <h1>{title}</h1>
        {lead ? <p className={css.lead}>{lead}</p> : null}
        {children}
      </div>
      <nav className={css.tongues} aria-label={t("profile.language")}>
        {LOCALES.map((locale) => (
          <button key={locale} type="button" lang={locale} aria-current={t.locale === locale ? "true" : undefined} onClick={() => void speak(locale)}>{endonym(locale)}</button>
        ))}
      </nav>
    </main>
  );
}

/** A language's own name for itself. */
export function endonym(locale: Locale): string {
  const name = new Intl.DisplayNames(locale, { type: "language" }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}
