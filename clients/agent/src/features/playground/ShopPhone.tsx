/** A shop from its street: the counter's code, the page it opens on a phone, and the shop's other screens. */
import { Link } from "@tanstack/react-router";
import { useT } from "@lib/i18n";
import type { Account } from "@lib/model";
import css from "./ShopPhone.module.css";

export function ShopPhone({ account }: { account: Account }) {
  const t = useT();
  const page = `/s/${account.id}`;
  const lang = `?lang=${t.locale}`;
  return (
    <div className={css.shop}>
      <header className={css.head}>
        <img className={css.code} src={`${page}/code.svg`} width={112} height={112} alt={t("play.shop_code")} />
        <div>
          <h3>{account.name}</h3>
          <p>{t("play.shop_lead")}</p>
          <nav aria-label={t("queue.screens")}>
            <a href={`${page}/kiosk${lang}`} target="_blank" rel="noopener">{t("queue.kiosk")}</a>
            <a href={`${page}/board${lang}`} target="_blank" rel="noopener">{t("queue.board")}</a>
            <a href={`${page}/poster${lang}`} target="_blank" rel="noopener">{t("queue.poster")}</a>
            <Link to="/queue/$id" params={{ id: account.id }}>{t("play.shop_serve")}</Link>
          </nav>
        </div>
      </header>
      <iframe className={css.phone} src={page + lang} title={t("play.shop_frame")} />
    </div>
  );
}
