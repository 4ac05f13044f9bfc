/** A sheet for the counter: the shop's name, its code, and what to do with it. */

import { h } from "preact";
import type { Config } from "./protocol";
import type { T } from "./t";

export function Poster({ t, config }: { readonly t: T; readonly config: Config }) {
  return (
    <main class="poster">
      <button type="button" class="main" onClick={() => print()}>
        {t("print")}
      </button>
      <h1>{config.title}</h1>
      <h2>{t("poster")}</h2>
      <img src={`/s/${config.account}/code.svg`} alt={t("code_alt")} />
      <p>{t("poster_how")}</p>
    </main>
  );
}
