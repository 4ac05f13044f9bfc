/** A shop's queue as the console knows it: what is asked, what is done, and what the stream changes. */
import type { Id, Instant, Page } from "@shared/types";
import { queryOptions } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, newId } from "@lib/api";
import { cache } from "@lib/cache";
import { watch } from "@lib/live";

export type VisitState = "waiting" | "called" | "serving" | "served" | "left" | "no_show";
export interface Visit {
  id: Id; account_id: Id; conversation_id: Id; contact_id: Id; number: number; name: string; topic: string; state: VisitState;
  rank: number; counter: string; agent_id: Id | null; agent_name: string | null; calls: number;
  joined_at: Instant; called_at: Instant | null; began_at: Instant | null; ended_at: Instant | null;
}
export interface Shop { account_id: Id; inbox_id: Id; name: string; is_open: boolean; waiting: number; counters: string[]; topics: string[] }
export interface Queue { shop: Shop; visits: Visit[]; wait_s: number | null }

export const shopsQuery = queryOptions({
  queryKey: ["shops"], queryFn: async ({ signal }) => (await api.get<Page<Shop>>("/shops", {}, signal)).items,
});
export const queueQuery = (id: Id) => queryOptions({
  queryKey: ["shops", id, "queue"], queryFn: ({ signal }) => api.get<Queue>(`/shops/${id}/queue`, {}, signal), refetchInterval: 60_000,
});
export const overQuery = (id: Id) => queryOptions({
  queryKey: ["shops", id, "over"], queryFn: async ({ signal }) => (await api.get<Page<Visit>>(`/shops/${id}/visits`, { limit: 20 }, signal)).items,
});

const renew = (): Promise<void> => cache.invalidateQueries({ queryKey: ["shops"] });

/** Keeps queues fresh while one is shown: whatever happens in a shop is told by the stream. */
export function useShopNews(): void {
  useEffect(() => watch((event) => {
    if (event.type.startsWith("visit.") || event.type.startsWith("shop.")) void renew();
  }), []);
}

/** Shows a visit as it is now at once; the whole queue follows. */
function show(visit: Visit): void {
  cache.setQueryData<Queue>(["shops", visit.account_id, "queue"], (queue) => {
    if (!queue) return queue;
    const others = queue.visits.filter((one) => one.id !== visit.id);
    return { ...queue, visits: visit.ended_at ? others : [...others, visit] };
  });
  void renew();
}

async function done(answer: Promise<Visit>): Promise<Visit> {
  try {
    const visit = await answer;
    show(visit);
    return visit;
  } catch (reason) {
    void renew(); // somebody else was quicker: look again
    throw reason;
  }
}

export const acts = {
  callNext: (shop: Id, counter: string) => done(api.post<Visit>(`/shops/${shop}/calls`, { counter }, newId())),
  call: (visit: Visit, counter: string) => done(api.post<Visit>(`/shops/${visit.account_id}/calls`, { counter, visit_id: visit.id }, newId())),
  serve: (visit: Visit, counter: string) => done(api.put<Visit>(`/visits/${visit.id}/service`, { counter })),
  finish: (visit: Visit, note: string) => done(api.put<Visit>(`/visits/${visit.id}/end`, { note })),
  miss: (visit: Visit) => done(api.put<Visit>(`/visits/${visit.id}/no-show`)),
  requeue: (visit: Visit, place: "first" | "last") => done(api.put<Visit>(`/visits/${visit.id}/place`, { place })),
  open: async (shop: Id, is_open: boolean) => { await api.put<Shop>(`/shops/${shop}/queue`, { is_open }); await renew(); },
};

/** By how they are shown: at the counters first, then those who wait in their order. */
export function sorted(visits: readonly Visit[]): { here: Visit[]; waiting: Visit[] } {
  return {
    here: visits.filter((one) => one.state === "called" || one.state === "serving").sort((a, b) => (a.called_at ?? a.joined_at).localeCompare(b.called_at ?? b.joined_at)),
    waiting: visits.filter((one) => one.state === "waiting").sort((a, b) => a.rank - b.rank),
  };
}
