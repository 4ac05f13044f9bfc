/** How a message came about: by an advertisement or link, passed on, about a product, or with another tool. */
import type { T } from "@shared/t";
import type { Message } from "@shared/types";
import { useT } from "@lib/i18n";
import { IconExternalLink } from "../icons";
import { pageOf } from "./content/Elsewhere";
import css from "./Entry.module.css";

interface Came { source?: string; id?: string; url?: string; title?: string; text?: string; token?: string }

const textOf = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function cameBy(t: T, came: Came): string {
  const name = came.title || came.id || came.token || "";
  const key = came.source === "ad" ? "came_ad" : came.source === "post" ? "came_post" : "came_link";
  return name ? t(`thread.${key}_named`, { name }) : t(`thread.${key}`);
}

export function Whence({ message }: { message: Message }) {
  const t = useT();
  const { meta } = message;
  const came = meta["referral"] as Came | undefined;
  const page = pageOf(came?.url);
  const product = textOf((meta["product"] as Record<string, unknown> | undefined)?.["product_retailer_id"]);
  const lines = [
    meta["forwarded"] === "often" ? t("thread.forwarded_often") : meta["forwarded"] ? t("thread.forwarded") : "",
    product ? t("thread.about_product", { product }) : "",
    meta["standby"] ? t("thread.standby") : "",
    meta["elsewhere"] ? t(meta["written_with"] === "phone" ? "thread.elsewhere_phone" : "thread.elsewhere") : "",
  ].filter(Boolean);
  return (
    <>
      {came ? (
        <p className={css.copies}>
          {cameBy(t, came)}{came.text ? <> · <span dir="auto">{came.text}</span></> : null}
          {page ? <> <a href={page} target="_blank" rel="noreferrer noopener">{t("thread.came_open")}<IconExternalLink size={13} aria-hidden /></a></> : null}
        </p>
      ) : null}
      {lines.map((line) => <p key={line} className={css.copies}>{line}</p>)}
    </>
  );
}
