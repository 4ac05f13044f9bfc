/** A screen on the wall: whose number was called, and where to. */

import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ShopDoors } from "./doors";
import { Standing } from "./Form";
import { Head } from "./Phone";
import type { Config, Told } from "./protocol";
import type { T } from "./t";

export function Board({ t, config }: { readonly t: T; readonly config: Config }) {
  const [told, tell] = useState<Told>();
  const [isUp, setUp] = useState(true);
  useEffect(() => {
    const following = new ShopDoors(config.account, "", () => undefined).follow(tell, setUp);
    return () => following.close();
  }, []);
  const called = told?.queue.called ?? [];
  return (
    <div class="board">
      <Head config={config} />
      <main>
        <ol aria-live="polite" aria-label={t("board")}>
          {called.map((each) => (
            <li key={`${each.number}:${each.at}`}>
              <span class="number">{each.number}</span>
              <span>{each.counter || t("called")}</span>
            </li>
          ))}
        </ol>
        {told && called.length === 0 && <p class="note">{t("board_empty")}</p>}
      </main>
      <footer>
        <Standing t={t} queue={told?.queue} />
        {!isUp && <p class="note">{t("offline")}</p>}
      </footer>
    </div>
  );
}
