/** Where one writes: to the customer or to the team, on which channel and to which address, with what. */
import type { Conversation, Message } from "@shared/types";
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type DragEvent } from "react";
import { flushSync } from "react-dom";
import { useT } from "@lib/i18n";
import { keymap, useKeys } from "@lib/keys";
import type { Contact, Sender, Way } from "@lib/model";
import { useCan, useChannels, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { planned, stops, whyNot } from "@lib/limits/plan";
import { useChannelName } from "@ui/Bead";
import { Button, IconButton } from "@ui/Button";
import { Coming } from "@ui/Coming";
import { IconMicrophone, IconPaperclip, IconSend, IconTemplate } from "@ui/icons";
import { resolve } from "../acts";
import { wanted } from "../desk";
import { boundBy, settles, useSlash, WaitingActs } from "../macros";
import { receiveBack, type Back } from "./back";
import type { BoxHandle } from "./box";
import css from "./Composer.module.css";
import { Copies, copiesProblem, hasCopies } from "./Copies";
import { FileRow } from "./FileRow";
import { Counter, Foresight } from "./Foresight";
import { From, Signature } from "./Sender";
import { Public, useComment } from "./Public";
import { Quote } from "./Quote";
import { useRecipients } from "./recipients";
import { send, sendTemplate, sendVoice } from "./send";
import { WriteBox } from "./WriteBox";
import { Stale } from "./Stale";
import { Closed, Modes, OnlyTeam, Via } from "./Via";
import { chosen, hasSenders, isReadable, nextWay, senderOf } from "./ways/ways";
import { useWays } from "./ways/useWays";
import { useDraft, type Mode } from "./useDraft";
import { useUploads } from "./useUploads";

interface Props {
  conversation: Conversation; contact: Contact | undefined; last: Message | undefined; typing: () => void; onResolved: () => void;
}

const TemplatePicker = lazy(() => import("./templates/TemplatePicker"));
const Recorder = lazy(() => import("./voice/Recorder"));
const UNDO_S = 10;
/** What a voice note is to a channel, before there is one. */
const SOUND = { id: "", name: "", media_type: "audio/ogg", size_bytes: 0 };
const CAP_BYTES = 25_000_000;

export function addressOf(contact: Contact | undefined, letters: boolean): string {
  const wantedKinds = letters ? ["email"] : ["phone", "external"];
  return contact?.identities.find((one) => wantedKinds.includes(one.kind))?.value ?? "";
}

export function Composer({ conversation, contact, last, typing, onResolved }: Props) {
  const t = useT();
  const me = useMe().agent;
  const { map } = useStore(keymap);
  const channels = useChannels();
  const nameOf = useChannelName();
  const mayReply = useCan("conversation:reply");
  const [mode, setMode] = useState<Mode>(mayReply ? "reply" : "note");
  const { draft, saving, change, clear, held } = useDraft(conversation.id, mode);
  const ways = useWays(conversation.id, draft.meta?.way);
  const { way } = ways;
  const sender = senderOf(way, draft.meta?.way);
  const channelId = way?.channel ?? conversation.channel;
  const channel = channels.get(channelId);
  const [stale, setStale] = useState(false);
  const [copies, setCopies] = useState(false);
  const [dropping, setDropping] = useState(false);
  const [templates, setTemplates] = useState(false);
  const [recording, setRecording] = useState(false);
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const box = useRef<BoxHandle>(null);
  const picker = useRef<HTMLInputElement>(null);
  const begun = useRef<number | null>(null);
  const copying = mode === "reply" && (channel?.features.includes("copies") ?? false);
  const answered = useRecipients(conversation.id, contact, ways.all);
  const meta = copying && draft.meta?.cc === undefined ? { ...draft.meta, cc: answered.cc } : (draft.meta ?? {});
  /** Named where one sees a choice, so that it leaves from what one sees. */
  const from = hasSenders(way) ? sender?.address : undefined;
  const files = meta.attachments ?? [];
  const uploads = useUploads(Math.min(CAP_BYTES, channel?.limits.file_bytes || CAP_BYTES), (file, inline) => {
    const { id, name, media_type, size_bytes, url } = file;
    change((now) => ({ meta: { ...now.meta, attachments: [...(now.meta?.attachments ?? []), { id, name, media_type, size_bytes, url, ...(inline ? { inline } : {}) }] } }));
  });
  const note = mode === "note";
  const rich = !note && (channel?.features.includes("html") ?? false);
  const letters = channel?.features.includes("subject") ?? false;
  const address = way ? (isReadable(way) ? way.value : "") : copying ? answered.to : addressOf(contact, letters);
  const shownFiles = files.filter((file) => !file.inline || !rich);
  const plan = useMemo(
    () => (note || !channel ? null : planned(channel, { text: draft.text, html: meta.html, files: shownFiles, links: way?.links_files ?? false })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the files follow `files` and `rich`
    [note, channel, draft.text, meta.html, files, rich, way?.links_files],
  );
  const comment = useComment(conversation.id, meta.quote?.id);
  const open = !note && comment !== null && (channel?.features.includes("public") ?? false);
  const inPublic = open && meta.in_public === true;
  const below = inPublic && (way?.closed ?? null) === "window"; // below a comment there is no window
  const closed = !note && !below && ways.known && (way === null || way.closed !== null);
  const speaks = !note && !inPublic && !closed && channel !== undefined && !stops(whyNot(channel, SOUND) ?? undefined);
  const speaking = recording && speaks;
  const undo = mode === "reply" && channel?.features.includes("undo") ? UNDO_S : 0;
  const refused = plan !== null && (plan.over > 0 || plan.tooMany || Object.values(plan.files).some(stops));
  const ready = (draft.text.trim() || files.length) && !(inPublic && files.length) && !uploads.going.length && !refused && !closed
    && !(mode === "reply" && letters && copiesProblem(meta));

  /** The way is kept with the draft, and from where it leaves by it. */
  function take(next: Way | null, leaving?: Sender): void {
    if (next) change((now) => ({ meta: { ...now.meta, way: chosen(next, leaving) } }));
  }

  const changing = useRef(change);
  changing.current = change;
  const wish = useStore(wanted);
  const turn = useRef(wish?.turn ?? 0);
  useEffect(() => {
    if (!wish || wish.turn === turn.current) return;
    turn.current = wish.turn;
    const { mode: side, quote } = wish;
    setMode(side);
    // The other side's draft is on after this.
    if (quote) setTimeout(() => changing.current((now) => ({ meta: { ...now.meta, quote } })));
    requestAnimationFrame(() => box.current?.focus());
  }, [wish]);
  // Who wrote since waits for an answer where they wrote, unless one is at it.
  const heard = last?.kind === "incoming" ? last.id : null;
  useEffect(() => {
    const { text, meta: kept } = held.current;
    if (heard && kept?.way && !text && !kept.attachments?.length) changing.current({ meta: { ...kept, way: undefined } });
  }, [heard, held]);
  const takeBack = useRef<(back: Back) => void>(() => undefined);
  takeBack.current = ({ draft: old, mode: side, stale: late }) => {
    setMode(side);
    setStale(late ?? false);
    // After the other side's draft is on: what was begun since stays behind what comes back.
    setTimeout(() => {
      const since = held.current.text;
      changing.current({ text: [old.text, since].filter(Boolean).join("\n\n"), meta: since ? { ...old.meta, html: undefined } : (old.meta ?? {}) });
      requestAnimationFrame(() => box.current?.focus(old.caret ?? old.text.length));
    });
  };
  useEffect(() => receiveBack(conversation.id, (back) => takeBack.current(back)), [conversation.id]);

  const slash = useSlash(conversation, box, { note, toReply: () => setMode("reply"), onMacro: (macro) => changing.current((now) => ({ meta: { ...now.meta, macro } })), onDone: onResolved });

  function begin(side: Mode): void {
    flushSync(() => setMode(side)); // what is typed next belongs in it
    box.current?.focus();
  }

  async function submit(how: { settle?: boolean; anyway?: boolean } = {}): Promise<void> {
    if (!ready || speaking) return;
    const colleague = last && begun.current !== null && last.seq > begun.current && last.kind === "outgoing" && last.author.id !== me.id;
    if (mode === "reply" && colleague && !how.anyway) {
      setStale(true);
      return;
    }
    const old = { ...draft, meta, caret: box.current?.caret() ?? draft.text.length };
    const lastSeq = how.anyway ? null : conversation.last_seq;
    begun.current = null;
    setStale(false);
    clear(mode === "reply" ? draft.meta?.way : undefined);
    const after = note || !meta.macro ? {} : { after: boundBy(conversation, meta.macro, me.id) };
    const sent = send({
      ...after, conversation, me, kind: mode, draft: old, lastSeq, rich, way: note ? null : way, sender: from, undo, below: inPublic ? comment : null,
    });
    if (!note && !how.settle && meta.macro && settles(meta.macro)) onResolved();
    if (how.settle && (await sent)) {
      onResolved();
      await resolve([conversation]);
    }
  }

  /** Another text field has the keys: what is typed there is not this reply. */
  const elsewhere = (event: KeyboardEvent): boolean =>
    !box.current?.holds(event.target) && (event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement);

  useKeys({
    reply: () => begin(mayReply ? "reply" : "note"), note: () => begin("note"),
    send: (event) => (elsewhere(event) ? false : void submit()),
    send_resolve: (event) => (elsewhere(event) ? false : void submit({ settle: true })),
    way: (event) => (note || elsewhere(event) ? false : take(nextWay(ways.all, way))),
    leave: (event) => {
      if (!box.current?.holds(event.target)) return false;
      box.current.blur();
    },
  });

  const onDrop = (event: DragEvent): void => {
    setDropping(false);
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    uploads.add(event.dataTransfer.files);
  };
  const refocus = (): void => void requestAnimationFrame(() => box.current?.focus());
  const name = contact?.name || conversation.contact.name || t("common.unnamed");
  const placeholder = note ? t("composer.note_placeholder") : t("composer.reply_placeholder", { name });

  return (
    <section onKeyDownCapture={slash.onKey} className={`${css.composer} ${note ? css.note : ""} ${dropping ? css.dropping : ""}`} aria-label={t(note ? "composer.note" : "composer.label")}
      onDragOver={(event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); setDropping(true); } }}
      onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false); }}
      onDrop={onDrop}>
      {stale ? <Stale last={last} onAnyway={() => void submit({ anyway: true })} onEdit={() => { begun.current = last?.seq ?? null; setStale(false); box.current?.focus(); }} /> : null}
      <div className={css.via}>
        <Modes mode={mode} mayReply={mayReply} onMode={setMode} />
        {note ? <OnlyTeam /> : <Via ways={ways} channel={channelId} address={address || name} box={box} onWay={take} />}
        {copying && !copies && !hasCopies(meta) ? <button type="button" className={css.copies} onClick={() => setCopies(true)}>{t("composer.add_copies")}</button> : null}
      </div>
      {note || below ? null : <Closed ways={ways} onTemplate={() => setTemplates(true)} onWay={take} />}
      {meta.quote ? <Quote quote={meta.quote} shown={note || (channel?.features.includes("quotes") ?? false)} onDrop={() => change((now) => ({ meta: { ...now.meta, quote: undefined } }))} /> : null}
      {open ? <Public on={inPublic} until={way?.closed ? undefined : way?.until} files={files.length > 0} onChange={(on) => change((now) => ({ meta: { ...now.meta, in_public: on || undefined } }))} /> : null}
      {note ? null : <From way={way} sender={sender} over={copies || hasCopies(meta)} onChoose={(one) => take(way, one)} />}
      {copying && (copies || hasCopies(meta)) ? <Copies key={`${conversation.id} ${answered.cc.join()}`} meta={meta} onChange={(next) => change({ meta: next })} /> : null}
      {speaking && channel ? (
        <Suspense>
          <Recorder channel={nameOf(channelId)} fileBytes={channel.limits.file_bytes} asFile={!channel.features.includes("voice")} onClose={() => { setRecording(false); refocus(); }}
            onSend={(made) => { setRecording(false); void sendVoice({ conversation, me, way, sender: from, undo }, made); refocus(); }} />
        </Suspense>
      ) : null}
      <div hidden={speaking}>
        <WriteBox ref={box} rich={rich} bar={bar} text={draft.text} html={meta.html} files={files} placeholder={placeholder} label={placeholder}
          onFiles={uploads.add}
          onChange={(text, html) => {
            begun.current ??= conversation.last_seq;
            change((now) => ({ text, meta: { ...now.meta, html } }));
            if (text) typing();
          }} />
        {note ? null : <Signature sender={sender} />}
        {note ? null : <WaitingActs macro={meta.macro} onLeave={() => change((now) => ({ meta: { ...now.meta, macro: undefined } }))} />}
        <FileRow files={shownFiles} going={uploads.going} onRemove={(id) => change({ meta: { ...meta, attachments: files.filter((file) => file.id !== id) } })} />
        {plan ? <Foresight plan={plan} files={shownFiles} channel={nameOf(channelId)} most={channel!.limits.attachments} /> : null}
        <div className={css.bar}>
          <input ref={picker} type="file" multiple hidden tabIndex={-1} aria-hidden onChange={(event) => { uploads.add(event.target.files ?? []); event.target.value = ""; }} />
          <IconButton label={t("composer.attach")} onClick={() => picker.current?.click()}><IconPaperclip size={17} /></IconButton>
          {slash.button}
          {speaks ? <IconButton label={t("voice.record")} on={recording} onClick={() => setRecording(!recording)}><IconMicrophone size={17} /></IconButton> : null}
          {!note && way?.identity_id && channel?.features.includes("templates") && (way.closed === null || way.takes_template)
            ? <IconButton label={t("template.button")} onClick={() => setTemplates(true)}><IconTemplate size={17} /></IconButton> : null}
          {rich ? <div ref={setBar} className={css.tools} /> : null}
          <span className={`${css.hint} cut`} role="status">
            {saving === "saved" ? t("composer.draft_saved") : conversation.status === "resolved" && !note ? t("composer.resolved_hint") : null}
          </span>
          {plan ? <Counter plan={plan} /> : null}
          {note ? null : (
            <Button kind="quiet" small className={css.second!} keys={map.send_resolve} disabled={!ready} onClick={() => void submit({ settle: true })}>{t("composer.send_resolve")}</Button>
          )}
          <Button kind="primary" keys={map.send} disabled={!ready} onClick={() => void submit()} icon={<IconSend size={15} />}>{t(note ? "composer.add_note" : "composer.send")}</Button>
        </div>
      </div>
      {templates && way ? (
        <Suspense fallback={<Coming what="layer" />}>
          <TemplatePicker way={way} wanted={[contact?.locale ?? "", t.locale]} onClose={() => setTemplates(false)}
            onSend={(filled) => { setTemplates(false); void sendTemplate({ conversation, me, way }, filled); refocus(); }} />
        </Suspense>
      ) : null}
    </section>
  );
}
