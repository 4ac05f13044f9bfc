/** What many features ask the server for. */
import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import type { Conversation, Id, Message, Page } from "@shared/types";
import { newer } from "@shared/reduce";
import { api } from "./api";
import { cache, caughtUp, listening, overlay, placedSince } from "./cache";
import { learn } from "./i18n";
import { whoAmI } from "./kept";
import { flowing } from "./live";
import { belongs, type Agent, type Channel, type Contact, type Counts, type Inbox, type ListFilter, type Macro, type Me, type Tag, type Team, type Template, type Way } from "./model";

const SLOW = 10 * 60_000;
const items = <Item>(page: Page<Item> | Item[]): Item[] => (Array.isArray(page) ? page : page.items);
const listOf = <Item>(name: string) => queryOptions({
  queryKey: [name], staleTime: SLOW,
  queryFn: async ({ signal }) => items(await api.get<Page<Item> | Item[]>(`/${name}`, {}, signal)),
});

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: whoAmI, networkMode: "always", staleTime: SLOW, retry: false });
export const agentsQuery = listOf<Agent>("agents");
export const teamsQuery = listOf<Team>("teams");
export const tagsQuery = listOf<Tag>("tags");
export const macrosQuery = listOf<Macro>("macros");
/** With their words filled for this conversation. */
export const offeredQuery = (id: Id) => queryOptions({
  queryKey: ["macros", "for", id], staleTime: 30_000,
  queryFn: async ({ signal }) => items(await api.get<Page<Macro>>(`/conversations/${id}/macros`, {}, signal)),
});
export const inboxesQuery = listOf<Inbox>("inboxes");
export const channelsQuery = queryOptions({
  queryKey: ["channels"], staleTime: SLOW,
  queryFn: async ({ signal }) => {
    const { items: channels } = await api.get<Page<Channel>>("/channels", {}, signal);
    learn(channels);
    return channels;
  },
});
export const countsQuery = queryOptions({
  queryKey: ["counts"], staleTime: SLOW,
  queryFn: async ({ signal }) => (await flowing(), api.get<Counts>("/counts", {}, signal)),
});

export const conversationQuery = (id: Id) => queryOptions({
  queryKey: ["conversation", id], staleTime: SLOW,
  queryFn: async ({ signal }) => {
    await flowing();
    const since = listening();
    const fetched = await api.get<Conversation>(`/conversations/${id}`, {}, signal);
    return overlay.conversation(since().reduce((now, { data }) => (data.conversation?.id === id ? newer(now, data.conversation) : now), fetched));
  },
});

export const conversationsQuery = (filter: ListFilter) => infiniteQueryOptions({
  queryKey: ["conversations", filter], staleTime: SLOW,
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page<Conversation>) => page.next_cursor,
  queryFn: async ({ pageParam, signal }) => {
    await flowing();
    const assignee = filter.view === "mine" ? "me" : filter.view === "unassigned" ? "none" : null;
    const status = ["mine", "unassigned", "open"].includes(filter.view) ? "open" : filter.view;
    const since = listening();
    const page = await api.get<Page<Conversation>>("/conversations", {
      status, assignee, inbox: filter.inbox, priority: filter.priority, sort: filter.sort, cursor: pageParam, limit: 50 }, signal);
    const { agent } = cache.getQueryData<Me>(["me"]) ?? {};
    const shown = page.items.map(overlay.conversation).filter((one) => !agent || belongs(one, filter, agent.id));
    return { ...page, items: pageParam || !agent ? shown : placedSince(shown, since(), filter, agent.id, page.next_cursor !== null) };
  },
});

export const messagesQuery = (id: Id) => infiniteQueryOptions({
  queryKey: ["messages", id], staleTime: SLOW,
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page<Message>) => page.next_cursor,
  queryFn: async ({ pageParam, signal }) => {
    await flowing();
    const since = listening();
    const page = await api.get<Page<Message>>(`/conversations/${id}/messages`, { cursor: pageParam, limit: 40 }, signal);
    return pageParam ? page : { ...page, items: overlay.messages(id, caughtUp(id, page.items, since())) };
  },
});

export const waysQuery = (id: Id) => queryOptions({
  queryKey: ["ways", id], queryFn: async ({ signal }) => (await api.get<Page<Way>>(`/conversations/${id}/ways`, {}, signal)).items,
});

export const templatesQuery = (account: Id) => queryOptions({
  queryKey: ["templates", account], queryFn: async ({ signal }) => (await api.get<Page<Template>>(`/accounts/${account}/templates`, {}, signal)).items,
});

export const contactQuery = (id: Id) => queryOptions({
  queryKey: ["contact", id], queryFn: ({ signal }) => api.get<Contact>(`/contacts/${id}`, {}, signal),
});

export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("shown before sign-in");
  return data;
}

export function useCan(permission: string): boolean {
  const { permissions } = useMe();
  return permissions.includes(permission) || permissions.includes("*");
}

export function useChannels(): Map<string, Channel> {
  const { data } = useQuery(channelsQuery);
  return new Map(data?.map((one) => [one.id, one]));
}

/** Whether an account of a channel that can do this is connected. */
export function useChannelsInUse(feature: string): boolean {
  const channels = useChannels();
  const { data } = useQuery(inboxesQuery);
  return data?.some((inbox) => inbox.accounts.some((one) => one.state !== "off" && channels.get(one.channel)?.features.includes(feature))) ?? false;
}

/** Whether it is an account's own address, or may be: the accounts are not read yet. */
export function useOwnAddress(address: string): boolean {
  const { data } = useQuery(inboxesQuery);
  return data?.some((inbox) => inbox.accounts.some((one) => one.address === address)) ?? true;
}
