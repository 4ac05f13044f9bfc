/** Going on elsewhere: which channels there are, then a link, a code and a QR code for one. Loaded with the menu. */

import { h } from "preact";
import type { View } from "./ui/ui";

type Offer = { readonly link: string; readonly code: string; readonly qr: readonly string[] | null };
type Place = { readonly account_id: string; readonly name: string };

let places: readonly Place[] = [];
let offer: (Offer & { readonly name: string }) | undefined;

/** Asks where one can go, each time the menu opens. */
export async function look({ chat, set }: View): Promise<void> {
  const answer = await chat.doors.get("elsewhere");
  places = answer?.ok ? ((await answer.json()) as { items: readonly Place[] }).items : [];
  offer = undefined;
  set({});
}

export function Places({ view }: { readonly view: View }) {
  const { chat, set, t } = view;
  const go = async ({ account_id, name }: Place) => {
    const answer = await chat.doors.post("elsewhere", { account_id });
    if (answer?.ok) offer = { ...((await answer.json()) as Offer), name };
    set(answer?.ok ? {} : { problem: t("elsewhere_failed") });
  };
  if (offer) {
    const { link, code, qr, name } = offer;
    return (
      <section class="elsewhere">
        <a href={link} target="_blank" rel="noopener">
          {t("elsewhere_open", { channel: name })}
        </a>
        {qr && <Code rows={qr} label={t("elsewhere_qr")} />}
        <p>{t("elsewhere_code", { code })}</p>
      </section>
    );
  }
  return places.map((each) => (
    <button type="button" key={each.account_id} onClick={() => void go(each)}>
      {t("elsewhere", { channel: each.name })}
    </button>
  ));
}

function Code({ rows, label }: { readonly rows: readonly string[]; readonly label: string }) {
  const side = rows.length + 8;
  const path = rows.flatMap((row, y) => [...row].map((dark, x) => (dark === "1" ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
  return (
    <svg viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path d={`M0 0h${side}v${side}H0z`} />
      <path d={path} />
    </svg>
  );
}
