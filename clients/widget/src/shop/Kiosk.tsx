/**
 * The shop's own screen. Everything of one customer lives in `Serving`, which goes as a whole: with it the form, the token
 * and the code. Nothing is stored.
 */

import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { newId } from "../ids";
import { Refused, ShopDoors, type Taken } from "./doors";
import { Form, Standing } from "./Form";
import { Head } from "./Phone";
import type { Config, Problem, Told, Wish } from "./protocol";
import type { T } from "./t";

const IDLE_S = 45;
const SHOWN_S = 25;
type Props = { readonly t: T; readonly config: Config };

export function Kiosk({ t, config }: Props) {
  const [customer, setCustomer] = useState(0); // 0: nobody is here
  const [told, tell] = useState<Told>();
  const [isUp, setUp] = useState(true);
  useEffect(() => {
    const following = new ShopDoors(config.account, "", () => undefined).follow(tell, setUp);
    return () => following.close();
  }, []);
  const begin = () => setCustomer(Date.now());
  const end = () => setCustomer(0);
  return (
    <div class="kiosk">
      <Head config={config} />
      <main>
        {customer ? (
          <Serving key={customer} t={t} config={config} told={told} end={end} />
        ) : (
          <div class="welcome">
            <div>
              <h2>{t(told?.queue.is_open === false ? "closed_title" : "welcome")}</h2>
              <Standing t={t} queue={told?.queue} />
              {told?.queue.is_open === false ? (
                <p class="note">{t("closed")}</p>
              ) : (
                <button type="button" class="main huge" onClick={begin}>
                  {t("take")}
                </button>
              )}
              {!isUp && (
                <p class="note" role="status">
                  {t("offline")}
                </p>
              )}
            </div>
            <figure>
              <img src={`/s/${config.account}/code.svg`} alt={t("code_alt")} width="220" height="220" />
              <figcaption>{t("or_scan")}</figcaption>
            </figure>
          </div>
        )}
      </main>
    </div>
  );
}

type ServingProps = Props & { readonly told: Told | undefined; readonly end: () => void };

function Serving({ t, config, told, end }: ServingProps) {
  // A visitor of this one turn, forgotten with it.
  const [doors] = useState(() => new ShopDoors(config.account, "", () => undefined));
  const [client_id] = useState(newId);
  const [taken, setTaken] = useState<Taken>();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const left = useCountdown(taken ? SHOWN_S : IDLE_S, end, taken?.turn.id);
  const take = async (wish: Omit<Wish, "client_id">) => {
    setBusy(true);
    try {
      setTaken(await doors.take({ ...wish, client_id }, t.locale, true));
    } catch (error) {
      setProblem(error instanceof Refused ? error.problem : "other");
    }
    setBusy(false);
  };
  if (!taken) {
    return (
      <div class="narrow">
        <Form t={t} topics={config.topics} queue={told?.queue} isKiosk problem={problem} isBusy={isBusy} take={(wish) => void take(wish)} back={end} />
      </div>
    );
  }
  return (
    <div class="welcome" role="status">
      <div>
        <p class="what">{t("your_number")}</p>
        <p class="number">{taken.turn.number}</p>
        <Standing t={t} queue={told?.queue} />
        <button type="button" class="main" onClick={end}>
          {t("done", { count: left })}
        </button>
      </div>
      {taken.code_svg && (
        <figure>
          <img src={`data:image/svg+xml,${encodeURIComponent(taken.code_svg)}`} alt={t("take_along_alt")} width="220" height="220" />
          <figcaption>{t("take_along")}</figcaption>
        </figure>
      )}
    </div>
  );
}

/** Counts seconds down from the last touch; key: what begins it anew. Returns how many are left. */
function useCountdown(seconds: number, over: () => void, key: unknown): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    setLeft(seconds);
    const touched = () => setLeft(seconds);
    const names = ["pointerdown", "keydown", "input"] as const;
    for (const name of names) addEventListener(name, touched);
    const ticking = setInterval(() => setLeft((each) => each - 1), 1_000);
    return () => {
      clearInterval(ticking);
      for (const name of names) removeEventListener(name, touched);
    };
  }, [seconds, key]);
  useEffect(() => {
    if (left <= 0) over();
  }, [left]);
  return Math.max(0, left);
}
