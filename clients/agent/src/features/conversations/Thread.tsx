/** The thread: beads on a line, oldest above; it keeps its place while older pages come and new ones arrive. */
import type { Conversation, Message } from "@shared/types";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useT } from "@lib/i18n";
import { contactTyping, marks } from "@lib/live";
import { glide } from "@lib/media";
import { messagesQuery, useCan, useChannels, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { announce } from "@lib/toasts";
import { Knot } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { IconArrowUp } from "@ui/icons";
import { Strand } from "@ui/message/Entry";
import { read } from "./acts";
import { albums, inStretches } from "./albums";
import { Guard } from "./Guard";
import { Said } from "./Said";
import { Stretch } from "./Stretch";
import css from "./Thread.module.css";

interface Props { conversation: Conversation }

const NEAR = 90;
/** What a reader does to move by own will. */
const ACTS = ["wheel", "touchstart", "keydown", "pointerdown"] as const;

export function Thread({ conversation }: Props) {
  const t = useT();
  const me = useMe().agent;
  const channels = useChannels();
  const may = useCan("conversation:reply");
  const [editing, setEditing] = useState<string | null>(null);
  const query = useInfiniteQuery(messagesQuery(conversation.id));
  const messages = useMemo(() => (query.data?.pages.flatMap((page) => page.items) ?? []).toReversed(), [query.data]);
  const stretches = useMemo(() => inStretches(albums(messages)), [messages]);
  const byId = useMemo(() => new Map(messages.map((one) => [one.id, one])), [messages]);
  const spans = useMemo(() => new Set(messages.filter((one) => one.kind === "incoming" || one.kind === "outgoing").map((one) => one.channel)).size > 1, [messages]);
  const scroller = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(0);
  const readUpTo = useRef(conversation.read_seq);
  const unreadAt = messages.findIndex((one) => one.kind === "incoming" && one.seq > readUpTo.current);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const [sought, setSought] = useState<{ id: string } | null>(null);
  const seek = useCallback((id: string) => setSought({ id }), []);

  useEffect(() => {
    if (sought) document.getElementById(`m-${sought.id}`)?.scrollIntoView({ block: "center", behavior: glide() });
  }, [sought]);

  usePlace(scroller, messages, unreadAt, (fresh) => setBelow((now) => (fresh === 0 ? 0 : now + fresh)));
  useAnnouncements(messages);
  useEffect(() => {
    const timer = setTimeout(() => document.visibilityState === "visible" && below === 0 && void read(conversation), 500);
    return () => clearTimeout(timer);
  }, [conversation, below]);

  function onScroll(): void {
    const element = scroller.current!;
    if (element.scrollTop < 400 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR && below) setBelow(0);
  }

  if (query.isPending && query.fetchStatus === "paused") return <Empty drawing="thread" title={t("thread.not_kept_title")}>{t("thread.not_kept_body")}</Empty>;
  if (query.isPending) return <div className={css.scroller}><Bones kind="message" rows={5} /></div>;
  if (query.isError && !query.data) return <Failed what={t("thread.error")} error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={css.body}>
      <div ref={scroller} className={`${css.scroller} scroll`} onScroll={onScroll} tabIndex={0} role="region" aria-label={t("thread.messages")}>
        <div className={css.line}>
          {hasNextPage ? <Button small kind="quiet" busy={isFetchingNextPage} className={css.older!} onClick={() => void fetchNextPage()}>{t("thread.older")}</Button> : null}
          {stretches.map(({ key, said }) => (
            <Stretch key={key} scroller={scroller} held={said.some(({ ids }) => ids.includes(editing ?? "") || ids.includes(sought?.id ?? ""))}>
              {said.map(({ message, index, ids }) => (
                <Said key={message.client_id ?? message.id} message={message} ids={ids} contact={conversation.contact.name} person={conversation.contact.id} me={me}
                  channel={channels.get(message.channel)} answers={message.reply_to ? byId.get(message.reply_to) : undefined}
                  unread={unreadAt > 0 && unreadAt >= index && unreadAt < index + ids.length} turns={turns(message, spokenBefore(messages, index))}
                  spans={spans} may={may} editing={editing === message.id} onEdit={setEditing} onSeek={seek} />
              ))}
            </Stretch>
          ))}
          <Typing conversation={conversation} />
        </div>
      </div>
      {below > 0 ? (
        <button type="button" className={css.pill} onClick={() => { scroller.current!.scrollTo({ top: scroller.current!.scrollHeight, behavior: glide() }); setBelow(0); }}>
          <IconArrowUp size={14} style={{ transform: "rotate(180deg)" }} />{t("thread.new_below", { count: below })}
        </button>
      ) : null}
      <Guard id={conversation.id} messages={messages} />
      <Colleagues id={conversation.id} />
    </div>
  );
}

function spokenBefore(messages: readonly Message[], index: number): Message | undefined {
  for (let at = index - 1; at >= 0; at -= 1) if (messages[at]!.kind === "incoming" || messages[at]!.kind === "outgoing") return messages[at];
  return undefined;
}

/** Whether the line goes on by another channel. */
const turns = (message: Message, before: Message | undefined): boolean =>
  (message.kind === "incoming" || message.kind === "outgoing") && before !== undefined && before.channel !== message.channel;

/**
 * Where the reader is: at the first unread on opening (else at the last message, from its top when it is long), held
 * while older pages come and pictures grow, at the foot while one is there.
 */
function usePlace(
  scroller: React.RefObject<HTMLDivElement | null>, messages: readonly Message[], unreadAt: number, onFresh: (count: number) => void,
): void {
  const seen = useRef<{ first: string; last: string; count: number; height: number; foot: boolean } | null>(null);
  const target = useRef<string | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || messages.length === 0) return;
    const first = messages[0]!.id;
    const last = messages.at(-1)!;
    const old = seen.current;
    const toTarget = (): void => {
      const found = target.current ? document.getElementById(`m-${target.current}`) : null;
      if (found) element.scrollTop += found.getBoundingClientRect().top - element.getBoundingClientRect().top - 64;
      else if (target.current) element.scrollTop = element.scrollHeight;
    };
    if (!old) {
      target.current = messages[unreadAt]?.id ?? last.id;
      toTarget();
    } else if (old.first !== first && messages.length > old.count) {
      element.scrollTop += element.scrollHeight - old.height;
    } else if (old.last !== last.id) {
      target.current = null;
      if (old.foot || last.id.startsWith("local-")) {
        element.scrollTop = element.scrollHeight;
        onFresh(0);
      } else onFresh(Math.max(0, messages.length - old.count));
    }
    const note = () => {
      seen.current = { first, last: last.id, count: messages.length, height: element.scrollHeight,
        foot: element.scrollHeight - element.scrollTop - element.clientHeight < NEAR };
    };
    note();
    const grown = new ResizeObserver(() => {
      if (target.current) toTarget();
      else if (seen.current?.foot) element.scrollTop = element.scrollHeight;
      note();
    });
    const release = () => {
      target.current = null;
    };
    grown.observe(element);
    if (element.firstElementChild) grown.observe(element.firstElementChild);
    element.addEventListener("scroll", note);
    for (const kind of ACTS) element.addEventListener(kind, release, { passive: true });
    return () => {
      grown.disconnect();
      element.removeEventListener("scroll", note);
      for (const kind of ACTS) element.removeEventListener(kind, release);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- runs when the messages change, not when the callback does
  }, [messages]);
}

function useAnnouncements(messages: readonly Message[]): void {
  const t = useT();
  const last = messages.at(-1);
  const told = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!last) return;
    if (told.current && told.current !== last.id && last.kind === "incoming") {
      announce(t("thread.announce", { name: last.author.name, text: last.text.slice(0, 200) }));
    }
    told.current = last.id;
  }, [last, t]);
}

function Typing({ conversation }: { conversation: Conversation }) {
  const t = useT();
  const until = useStore(contactTyping)[conversation.id];
  if (!until || until < Date.now()) return null;
  return <Strand kind="knot" mark={<Knot />}><p className={css.typing}>{t("thread.contact_typing", { name: conversation.contact.name || t("common.unnamed") })}</p></Strand>;
}

function Colleagues({ id }: { id: string }) {
  const t = useT();
  const here = useStore(marks)[id] ?? [];
  if (here.length === 0) return null;
  return (
    <p className={css.colleagues} role="status">
      {here.map((one) => t(one.doing === "typing" ? "thread.agent_typing" : "thread.agent_viewing", { name: one.agent_name })).join(" · ")}
    </p>
  );
}
