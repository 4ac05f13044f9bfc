/** The page on somebody's own phone: the form, then the turn, with the talk below it. */

import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { newId } from "../ids";
import { Refused, ShopDoors } from "./doors";
import { Form, problemText, Standing } from "./Form";
import { Known } from "./Known";
import type { Config, Problem, Told, Wish } from "./protocol";
import type { T } from "./t";
import { Ticket } from "./Ticket";
import { Talk } from "./Talk";
import { kept } from "./kept";

type Props = { readonly t: T; readonly config: Config; readonly handover: string };
const OVER = new Set(["served", "left", "no_show"]);

export function Phone({ t, config, handover }: Props) {
  const store = kept(config.account);
  const [doors] = useState(() => new ShopDoors(config.account, store.get("visitor"), (token) => store.set("visitor", token)));
  const [told, tell] = useState<Told>();
  const [isUp, setUp] = useState(true);
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const [wantsTalk, setTalking] = useState<boolean>(); // undefined: as the turn has it
  const [who, setWho] = useState(0); // counts who one is: another token, another stream
  const [again, setAgain] = useState("");
  const opened = useRef("");

  useEffect(() => {
    if (!handover) return;
    doors.pickUp(handover).then(
      () => setWho((each) => each + 1),
      (error: unknown) => setProblem(error instanceof Refused ? error.problem : "other"),
    );
  }, []);
  useEffect(() => {
    const following = doors.follow(tell, setUp);
    return () => following.close();
  }, [who]);

  const turn = told?.turn && told.turn.id !== again ? told.turn : undefined;
  const isOver = turn !== undefined && OVER.has(turn.state);
  const isTalking = wantsTalk ?? (turn !== undefined && !isOver);
  useEffect(() => {
    document.title = turn ? `${turn.number} · ${config.title}` : config.title;
    if (turn?.state !== "called" || opened.current === turn.called_at) return;
    opened.current = turn.called_at ?? "";
    navigator.vibrate?.([200, 100, 200]);
    scrollTo({ top: 0 });
  }, [turn?.state, turn?.number, turn?.called_at]);

  const take = async (given: Omit<Wish, "client_id">) => {
    setBusy(true);
    setProblem(undefined);
    // Kept until it was answered: sent again after a reload, it is the same turn.
    const client_id = store.get("wish") || newId();
    store.set("wish", client_id);
    try {
      const before = doors.token;
      const taken = await doors.take({ ...given, client_id }, t.locale, false);
      store.set("wish", "");
      setAgain("");
      tell((now) => ({ queue: now?.queue ?? { is_open: true, waiting: 0, wait_s: null, called: [] }, turn: taken.turn }));
      if (before !== doors.token) setWho((each) => each + 1);
    } catch (error) {
      setProblem(error instanceof Refused ? error.problem : "other");
    }
    setBusy(false);
  };
  const leave = () => doors.leave().then(tell, () => setUp(false));
  const write = async () => {
    if (!doors.token) await doors.session().catch(() => setProblem("unreachable"));
    if (doors.token) setTalking(true);
  };

  return (
    <div class="phone" data-talking={isTalking || undefined}>
      <Head config={config} />
      <main>
        {turn && <Ticket t={t} turn={turn} leave={() => void leave()} isUp={isUp} />}
        {turn && problem && (
          <p class="problem" role="alert">
            {problemText(t, problem)}
          </p>
        )}
        {isOver && (
          <p class="acts">
            <button type="button" class="main" onClick={() => setAgain(turn.id)}>
              {t("take_another")}
            </button>
          </p>
        )}
        {!turn && <Standing t={t} queue={told?.queue} />}
        {!turn && <Form t={t} topics={config.topics} queue={told?.queue} isKiosk={false} problem={problem} isBusy={isBusy} take={(wish) => void take(wish)} />}
        {!isTalking && (
          <p class="acts">
            <button type="button" class="plain" onClick={() => void write()}>
              {t(turn ? "write_more" : "write_only")}
            </button>
          </p>
        )}
        {isTalking && <Talk t={t} account={config.account} close={() => setTalking(false)} who={who} />}
        {config.mail && !isTalking && <Known t={t} doors={doors} proven={() => setWho((each) => each + 1)} />}
      </main>
    </div>
  );
}

export function Head({ config }: { readonly config: Config }) {
  return (
    <header>
      {config.logo && <img src={config.logo} alt="" width="40" height="40" referrerpolicy="no-referrer" />}
      <h1>{config.title}</h1>
    </header>
  );
}
