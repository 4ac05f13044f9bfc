/** A point on the map, drawn here: a map site learns of it only when somebody goes there. */
import type { Place } from "@shared/content";
import { useT } from "@lib/i18n";
import { IconExternalLink } from "../../icons";
import css from "./Content.module.css";

/** 40.4168 N, 3.7038 W in the reader's own figures. */
export function coordinates(locale: string, { latitude, longitude }: Pick<Place, "latitude" | "longitude">): string {
  const figure = new Intl.NumberFormat(locale, { minimumFractionDigits: 4, maximumFractionDigits: 5 });
  return `${figure.format(Math.abs(latitude))}° ${latitude < 0 ? "S" : "N"} · ${figure.format(Math.abs(longitude))}° ${longitude < 0 ? "W" : "E"}`;
}

const mapOf = ({ latitude, longitude }: Place): string =>
  `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;

export function PlaceCard({ content }: { content: Place }) {
  const t = useT();
  return (
    <div className={`${css.card} ${css.place}`}>
      <svg viewBox="0 0 96 96" className={css.map} aria-hidden>
        <path className={css.grid} d="M0 24h96M0 48h96M0 72h96M24 0v96M48 0v96M72 0v96" />
        <ellipse className={css.shade} cx="48" cy="66" rx="9" ry="3" />
        <path className={css.pin} d="M48 65c-8-9.5-14-16-14-24a14 14 0 0 1 28 0c0 8-6 14.5-14 24z" />
        <circle className={css.hole} cx="48" cy="41" r="5" />
      </svg>
      <div className={css.facts}>
        <b dir="auto">{content.name || t("content.place")}</b>
        {content.address ? <span dir="auto">{content.address}</span> : null}
        <span className={css.small}>{coordinates(t.locale, content)}</span>
        <a className={css.link} href={mapOf(content)} target="_blank" rel="noreferrer noopener">{t("content.open_map")}<IconExternalLink size={13} aria-hidden /></a>
      </div>
    </div>
  );
}
