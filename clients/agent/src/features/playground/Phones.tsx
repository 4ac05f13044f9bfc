/** The phones of one simulated account: whose it is, what it shows, and what goes wrong on the way. */
import type { Id } from "@shared/types";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { reasonOf, useT } from "@lib/i18n";
import type { Fault, Phone, Standing } from "@lib/model";
import { say } from "@lib/toasts";
import { Button } from "@ui/Button";
import { Bones, Empty } from "@ui/Empty";
import { IconPlus } from "@ui/icons";
import { FaultPanel } from "./FaultPanel";
import css from "./Phone.module.css";
import { PhoneScreen, type Deed } from "./PhoneScreen";

const LOOK_MS = 1200;
const PEOPLE = ["Lucía Campos", "João Prado", "Amy Wood", "Nuria Vidal", "Tiago Reis"];
const nameOf = (who: string): string => PEOPLE[(Number(who) - 1) % PEOPLE.length]!;

export function Phones({ account }: { account: Id }) {
  const t = useT();
  const [who, setWho] = useState("1");
  const [added, setAdded] = useState<readonly string[]>(["1"]);
  const key = ["sandbox", account];
  const { data, isPending, error } = useQuery({
    queryKey: key, refetchInterval: LOOK_MS,
    queryFn: ({ signal }) => api.get<Standing>(`/accounts/${account}/sandbox`, {}, signal),
  });
  if (isPending) return <Bones rows={4} />;
  if (!data) return <Empty drawing="thread" title={t("play.sandbox_away")}>{reasonOf(t, error)}</Empty>;
  const everybody = [...new Set([...added, ...data.phones.map((one) => one.who)])].sort((one, two) => Number(one) - Number(two));
  const shown: Phone = data.phones.find((one) => one.who === who) ?? { who, name: nameOf(who), address: "", bubbles: [], typing_until: null };

  async function act(path: string, send: () => Promise<Standing>): Promise<boolean> {
    try {
      cache.setQueryData(key, await send());
      return true;
    } catch (reason) {
      say(t(path === "deeds" ? "play.not_done" : "toast.failed", { reason: reasonOf(t, reason) }), { kind: "error" });
      return false;
    }
  }
  const does = (deed: Deed): Promise<boolean> => act("deeds", () => api.post<Standing>(`/accounts/${account}/sandbox/deeds`, { who, name: shown.name, ...deed }));
  const breaks = (faults: Fault[]): Promise<boolean> => act("faults", () => api.put<Standing>(`/accounts/${account}/sandbox/faults`, { faults }));

  return (
    <div className={css.phones}>
      <div className={css.people} role="group" aria-label={t("play.whose")}>
        {everybody.map((one) => (
          <button key={one} type="button" aria-pressed={one === who} onClick={() => setWho(one)}>
            {data.phones.find((phone) => phone.who === one)?.name || nameOf(one)}
          </button>
        ))}
        <Button small kind="quiet" icon={<IconPlus size={14} aria-hidden />} onClick={() => {
          const next = String(Math.max(...everybody.map(Number)) + 1);
          setAdded([...added, next]);
          setWho(next);
        }}>{t("play.somebody_else")}</Button>
      </div>
      <PhoneScreen key={who} account={account} phone={shown} deeds={data.deeds} does={does} />
      <FaultPanel faults={data.faults} breaks={breaks} />
    </div>
  );
}
