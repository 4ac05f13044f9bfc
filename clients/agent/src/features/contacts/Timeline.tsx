/** One line through every channel of one person, newest first, with filters by kind and channel. */
import type { Id, Page } from "@shared/types";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { api } from "@lib/api";
import { sayOr, useT } from "@lib/i18n";
import type { TimelineItem } from "@lib/model";
import { Bead, Knot, useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Entry, Strand } from "@ui/message/Entry";
import { Time } from "@ui/Time";
import css from "./Contacts.module.css";

type Kind = "messages" | "notes" | "events";
const KINDS: readonly Kind[] = ["messages", "notes", "events"];

function kindOf(item: TimelineItem): Kind {
  if (item.type === "event" || item.message?.kind === "activity") return "events";
  return item.message?.kind === "note" ? "notes" : "messages";
}

export function Timeline({ id, name }: { id: Id; name: string }) {
  const t = useT();
  const nameOf = useChannelName();
  const [kinds, setKinds] = useState<ReadonlySet<Kind>>(new Set(KINDS));
  const [channel, setChannel] = useState<string | null>(null);
  const [day, setDay] = useState("");
  const until = endOf(day);
  const query = useInfiniteQuery({
    queryKey: ["timeline", id, until], placeholderData: keepPreviousData, initialPageParam: null as string | null, getNextPageParam: (page: Page<TimelineItem>) => page.next_cursor,
    queryFn: ({ pageParam, signal }) => api.get<Page<TimelineItem>>(`/contacts/${id}/timeline`, { before: until, cursor: pageParam, limit: 50 }, signal),
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const channels = [...new Set(items.flatMap((one) => one.channel ?? one.message?.channel ?? []))].filter(Boolean);
  const shown = items.filter((one) => kinds.has(kindOf(one)) && (!channel || (one.channel ?? one.message?.channel) === channel));
  const toggle = (kind: Kind) => setKinds((now) => {
    const next = new Set(now);
    if (!next.delete(kind)) next.add(kind);
    return next;
  });
  return (
    <>
      <header className={css.top}>
        <h1>{t("timeline.title")}</h1>
        <div className={css.chips} role="group" aria-label={t("timeline.filter")}>
          {KINDS.map((kind) => <button key={kind} type="button" aria-pressed={kinds.has(kind)} onClick={() => toggle(kind)}>{t(`timeline.${kind}`)}</button>)}
          {channels.length > 1 ? channels.map((one) => (
            <button key={one} type="button" aria-pressed={channel === one} onClick={() => setChannel(channel === one ? null : one)}><Bead channel={one} size={16} />{nameOf(one)}</button>
          )) : null}
        </div>
        <label className={css.jump}>
          {t("timeline.jump")}
          <input type="date" value={day} max={dayOf(new Date())} onChange={(event) => setDay(event.target.value)} />
        </label>
        {day ? <Button small kind="quiet" onClick={() => setDay("")}>{t("timeline.latest")}</Button> : null}
      </header>
      {query.isPending ? <Bones kind="message" rows={5} /> : null}
      {query.isError ? <Failed what={t("thread.error")} error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && shown.length === 0 ? <Empty drawing="thread" title={t("timeline.empty")} /> : null}
      <div className={css.line}>
        {shown.map((one, index) => (
          <Fragment key={one.message?.id ?? `${one.at}${index}`}>
            <Item item={one} name={name} person={id} starts={one.conversation_id !== shown[index - 1]?.conversation_id} />
          </Fragment>
        ))}
      </div>
      {query.hasNextPage ? <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("common.show_more")}</Button> : null}
    </>
  );
}

/** The day as a date field writes it, in the reader's own time. */
function dayOf(at: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The end of a day, so that the day itself stands at the top; null without one. */
function endOf(day: string): string | null {
  const [year, month, date] = day.split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date + 1).toISOString() : null;
}

/** A page the person looked at on a site with the chat; nothing that is no address of the web becomes a link. */
function pageOf(data: unknown): { title: string; url: string } | null {
  const { title, page } = (data ?? {}) as { title?: unknown; page?: unknown };
  const url = typeof page === "string" && /^https?:\/\//.test(page) ? page : "";
  return url ? { title: (typeof title === "string" && title.trim()) || url, url } : null;
}

function Looked({ title, url }: { title: string; url: string }) {
  const t = useT();
  return <a href={url} target="_blank" rel="noreferrer noopener">{t("event.contact.page", { name: title })}</a>;
}

function Item({ item, name, person, starts }: { item: TimelineItem; name: string; person: Id; starts: boolean }) {
  const t = useT();
  const link = starts && item.conversation_id ? (
    <Link to="/inbox/$id" params={{ id: item.conversation_id }} search={{ view: "open" }} className={css.where}>{t("timeline.in_conversation")}</Link>
  ) : null;
  if (item.message) return <>{link ? <Strand kind="knot" mark={<Knot />}>{link}</Strand> : null}<Entry message={item.message} contact={name} person={person} /></>;
  const type = item.event?.type ?? "";
  const data = item.event?.data ?? {};
  const page = type === "contact.tracked" && data["name"] === "page" ? pageOf(data["data"]) : null;
  return (
    <Strand kind="knot" mark={<Knot />}>
      <span className={css.muted}>{page ? <Looked {...page} /> : sayOr(t, `event.${type}`, type, { name: String(data["name"] ?? "") })} · <Time at={item.at} as="moment" /> {link}</span>
    </Strand>
  );
}
