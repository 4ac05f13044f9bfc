/** The ways of a conversation, live: what is written and consented to renews them, the clock closes them. */
import { useQuery } from "@tanstack/react-query";
import type { Id } from "@shared/types";
import { useEffect, useMemo, useState } from "react";
import type { ChosenWay, Way } from "@lib/model";
import { useChannels, waysQuery } from "@lib/queries";
import { asOf, taken } from "./ways";

const TICK_MS = 20_000;

export interface Ways { all: readonly Way[]; way: Way | null; now: number; known: boolean }

export function useWays(conversation: Id, wish: ChosenWay | undefined): Ways {
  const { data } = useQuery(waysQuery(conversation));
  const channels = useChannels();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return useMemo(() => {
    const all = asOf(data ?? [], now, (channel) => channels.get(channel)?.limits.window.template ?? false);
    return { all, way: taken(all, wish), now, known: data !== undefined };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the channels never change while one writes
  }, [data, now, wish?.account_id, wish?.identity_id]);
}
