/** A basket the contact sent: what, how many, for how much. */
import type { Order } from "@shared/content";
import { useT } from "@lib/i18n";
import { IconShoppingBag } from "../../icons";
import css from "./Content.module.css";

/** An amount in its currency; a currency nobody knows stands after the figure. */
export function money(locale: string, amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount);
  } catch {
    return `${new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount)} ${currency}`.trim();
  }
}

export function OrderTable({ content }: { content: Order }) {
  const t = useT();
  const currency = content.currency ?? "";
  const priced = content.lines.some((one) => one.price);
  const total = content.lines.reduce((sum, one) => sum + (one.price ?? 0) * (one.quantity ?? 1), 0);
  return (
    <div className={`${css.card} ${css.order}`}>
      <p className={css.title}><IconShoppingBag size={15} aria-hidden /> <b>{t("content.order")}</b></p>
      <table>
        <thead className="hidden"><tr><th>{t("content.quantity")}</th><th>{t("content.product")}</th>{priced ? <th>{t("content.price")}</th> : null}</tr></thead>
        <tbody>
          {content.lines.map((one, index) => (
            <tr key={index}>
              <td>{(one.quantity ?? 1).toLocaleString(t.locale)} ×</td>
              <td dir="auto" title={one.product}>{one.name || one.product}</td>
              {priced ? <td>{money(t.locale, (one.price ?? 0) * (one.quantity ?? 1), currency)}</td> : null}
            </tr>
          ))}
        </tbody>
        {priced ? <tfoot><tr><td colSpan={2}>{t("content.total")}</td><td>{money(t.locale, total, currency)}</td></tr></tfoot> : null}
      </table>
    </div>
  );
}
