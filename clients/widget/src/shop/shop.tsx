/** The shop's page: on a phone, a kiosk or a wall, as the server says. */

import { h, render } from "preact";
import type { Catalogue, Locale } from "../../../shared/t";
import "./shop.css";
import { Board } from "./Board";
import { Kiosk } from "./Kiosk";
import { Phone } from "./Phone";
import { Poster } from "./Poster";
import type { Config } from "./protocol";
import { translator } from "./t";

const { texts, config } = JSON.parse(document.querySelector("script[type='application/json']")?.textContent ?? "") as {
  readonly texts: Catalogue;
  readonly config: Config;
};
const t = translator(document.documentElement.lang as Locale, texts);
// The pass is for this page alone: it leaves the address before anybody can share it.
const handover = new URLSearchParams(location.hash.slice(1)).get("p") ?? "";
if (location.hash) history.replaceState(null, "", location.pathname + location.search);
for (const [name, value] of Object.entries(config.brand)) document.documentElement.style.setProperty(`--${name}`, value);
document.title = config.title;
const page = { phone: <Phone t={t} config={config} handover={handover} />, kiosk: <Kiosk t={t} config={config} />, board: <Board t={t} config={config} />, poster: <Poster t={t} config={config} /> };
render(page[config.mode], document.body);
