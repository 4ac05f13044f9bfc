/** Everything that was ever said, and everybody: words, filters, what matched made visible. */
import type { Page } from "@shared/types";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@lib/api";
import { useT } from "@lib/i18n";
import type { SearchItem } from "@lib/model";
import { inboxesQuery, useChannels } from "@lib/queries";
import { announce } from "@lib/toasts";
import { Avatar, faceOf } from "@ui/Avatar";
import { Bead, NoteBead, useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { IconSearch } from "@ui/icons";
import { Time } from "@ui/Time";
import css from "./SearchPage.module.css";

export function SearchPage() {
  const t = useT();
  const navigate = useNavigate();
  const search = useSearch({ from: "/desk/search" });
  const [typed, setTyped] = useState(search.q ?? "");
  const set = (change: Partial<typeof search>) => void navigate({ to: "/search", search: { ...search, ...change }, replace: true });
  useEffect(() => setTyped(search.q ?? ""), [search.q]);
  const query = (search.q ?? "").trim();
  const found = useInfiniteQuery({
    queryKey: ["search", search], enabled: query.length > 0, initialPageParam: null as string | null, getNextPageParam: (page: Page<SearchItem>) => page.next_cursor,
    queryFn: ({ pageParam, signal }) => api.get<Page<SearchItem>>("/search", { ...search, q: query, cursor: pageParam, limit: 25 }, signal),
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const total = found.data ? items.length : null;
  useEffect(() => {
    if (total !== null) announce(t("search.found", { count: total }));
  }, [total, t]);
  return (
    <div className={`${css.page} scroll`}>
      <form role="search" className={css.form} onSubmit={(event) => { event.preventDefault(); set({ q: typed.trim() || undefined }); }}>
        <h1 className="hidden">{t("search.title")}</h1>
        <div className={css.box}>
          <IconSearch size={18} aria-hidden />
          <input autoFocus type="search" value={typed} placeholder={t("search.placeholder")} aria-label={t("search.title")} onChange={(event) => setTyped(event.target.value)} />
          <Button kind="primary" type="submit">{t("common.search")}</Button>
        </div>
        <Filters search={search} set={set} />
      </form>
      {query === "" ? <Empty drawing="glass" title={t("search.start_title")}>{t("search.start_body")}</Empty> : null}
      {query && found.isPending ? <Bones kind="row" rows={6} /> : null}
      {found.isError ? <Failed what={t("search.error")} error={found.error} retry={() => void found.refetch()} /> : null}
      {total === 0 ? <Empty drawing="glass" title={t("search.none_title", { query })}>{t("search.none_body")}</Empty> : null}
      <ol className={css.found}>{items.map((one) => <Found key={`${one.type}${one.message?.id ?? one.contact?.id}`} item={one} />)}</ol>
      {found.hasNextPage ? <p className={css.more}><Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t("common.show_more")}</Button></p> : null}
    </div>
  );
}

interface Filter { type?: "message" | "contact" | undefined; inbox?: string | undefined; channel?: string | undefined; from?: string | undefined; to?: string | undefined }

function Filters({ search, set }: { search: Filter; set: (change: Filter) => void }) {
  const t = useT();
  const { data: inboxes } = useQuery(inboxesQuery);
  const channels = useChannels();
  const nameOf = useChannelName();
  return (
    <div className={css.filters} role="group" aria-label={t("search.filters")}>
      <label>{t("search.type")}
        <select value={search.type ?? ""} onChange={(event) => set({ type: (event.target.value || undefined) as Filter["type"] })}>
          <option value="">{t("search.any_type")}</option><option value="message">{t("search.messages")}</option><option value="contact">{t("search.contacts")}</option>
        </select>
      </label>
      <label>{t("search.inbox")}
        <select value={search.inbox ?? ""} onChange={(event) => set({ inbox: event.target.value || undefined })}>
          <option value="">{t("common.any")}</option>{inboxes?.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      </label>
      <label>{t("search.channel")}
        <select value={search.channel ?? ""} onChange={(event) => set({ channel: event.target.value || undefined })}>
          <option value="">{t("common.any")}</option>{[...channels.keys()].map((id) => <option key={id} value={id}>{nameOf(id)}</option>)}
        </select>
      </label>
      <label>{t("search.from")}<input type="date" value={search.from ?? ""} onChange={(event) => set({ from: event.target.value || undefined })} /></label>
      <label>{t("search.to")}<input type="date" value={search.to ?? ""} onChange={(event) => set({ to: event.target.value || undefined })} /></label>
    </div>
  );
}

function Marked({ parts, fallback }: { parts: SearchItem["highlights"] | undefined; fallback: string }) {
  if (!parts?.length) return <>{fallback}</>;
  return <>{parts.map((part, index) => (part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>))}</>;
}

function Found({ item }: { item: SearchItem }) {
  const t = useT();
  if (item.type === "contact") {
    const contact = item.contact;
    const id = contact?.id ?? item.contact_id ?? "";
    return (
      <li>
        <Link to="/contacts/$id" params={{ id }} className={css.item}>
          <Avatar name={contact?.name ?? "?"} size={24} face={faceOf(contact)} />
          <b>{contact?.name || t("common.unnamed")}</b><span className={css.when}>{t("search.contacts")}</span>
          <p><Marked parts={item.highlights} fallback={contact?.identities?.map((one) => one.value).join(" · ") ?? ""} /></p>
        </Link>
      </li>
    );
  }
  const message = item.message;
  return (
    <li>
      <Link to="/inbox/$id" params={{ id: item.conversation_id ?? message?.conversation_id ?? "" }} search={{ view: "open" }} className={css.item}>
        {message?.kind === "note" ? <NoteBead size={24} /> : <Bead channel={message?.channel ?? ""} size={24} filled={message?.kind === "outgoing"} />}
        <b>{message?.author.name || t("common.unnamed")}{message?.subject ? <em> · {message.subject}</em> : null}</b>
        <span className={css.when}><Time at={item.at} /></span>
        <p><Marked parts={item.highlights} fallback={message?.text ?? ""} /></p>
      </Link>
    </li>
  );
}
