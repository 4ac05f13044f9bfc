/** Where one writes: to the customer or to the team, on which channel and to which address, with what. */
import type { Conversation, Message } from "@shared/types";
import { useEffect, useRef, useState, type DragEvent } from "react";
import { flushSync } from "react-dom";
import { useT } from "@lib/i18n";
import { keymap, useKeys } from "@lib/keys";
import type { Contact } from "@lib/model";
import { useCan, useChannels, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { Bead, NoteBead, useChannelName } from "@ui/Bead";
import { Button, IconButton } from "@ui/Button";
import { IconPaperclip, IconSend } from "@ui/icons";
import { resolve } from "../acts";
import { wanted } from "../desk";
import { receiveBack, type Back } from "./back";
import type { BoxHandle } from "./box";
import css from "./Composer.module.css";
import { Copies, copiesProblem, hasCopies } from "./Copies";
import { FileRow } from "./FileRow";
import { useRecipients } from "./recipients";
import { send } from "./send";
import { WriteBox } from "./WriteBox";
import { Stale } from "./Stale";
import { useDraft, type Mode } from "./useDraft";
import { useUploads } from "./useUploads";

interface Props {
  conversation: Conversation; contact: Contact | undefined; last: Message | undefined; typing: () => void; onResolved: () => void;
}

const UNDO_S = 10;
const CAP_BYTES = 25_000_000;

export function addressOf(contact: Contact | undefined, letters: boolean): string {
  const wantedKinds = letters ? ["email"] : ["phone", "external"];
  return contact?.identities.find((one) => wantedKinds.includes(one.kind))?.value ?? "";
}

export function Composer({ conversation, contact, last, typing, onResolved }: Props) {
  const t = useT();
  const me = useMe().agent;
  const { map } = useStore(keymap);
  const channel = useChannels().get(conversation.channel);
  const channelName = useChannelName()(conversation.channel);
  const mayReply = useCan("conversation:reply");
  const [mode, setMode] = useState<Mode>(mayReply ? "reply" : "note");
  const { draft, saving, change, clear, held } = useDraft(conversation.id, mode);
  const [stale, setStale] = useState(false);
  const [copies, setCopies] = useState(false);
  const [dropping, setDropping] = useState(false);
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const box = useRef<BoxHandle>(null);
  const picker = useRef<HTMLInputElement>(null);
  const begun = useRef<number | null>(null);
  const copying = mode === "reply" && (channel?.features.includes("copies") ?? false);
  const answered = useRecipients(conversation.id, contact);
  const meta = copying && draft.meta?.cc === undefined ? { ...draft.meta, cc: answered.cc } : (draft.meta ?? {});
  const files = meta.attachments ?? [];
  const uploads = useUploads(Math.min(CAP_BYTES, channel?.limits.file_bytes || CAP_BYTES), (file, inline) => {
    const { id, name, media_type, size_bytes, url } = file;
    change((now) => ({ meta: { ...now.meta, attachments: [...(now.meta?.attachments ?? []), { id, name, media_type, size_bytes, url, ...(inline ? { inline } : {}) }] } }));
  });
  const note = mode === "note";
  const rich = !note && (channel?.features.includes("html") ?? false);
  const letters = channel?.features.includes("subject") ?? false;
  const address = copying ? answered.to : addressOf(contact, letters);
  // A channel that takes a reply in one part has a limit; for the others the server splits it whole.
  const limit = channel?.features.includes("whole") ? channel.limits.text_chars : Infinity;
  const over = mode === "reply" ? draft.text.length - limit : 0;
  const tooMany = mode === "reply" && channel ? files.length > channel.limits.attachments : false;
  const ready = (draft.text.trim() || files.length) && !uploads.going.length && over <= 0 && !tooMany
    && !(mode === "reply" && letters && copiesProblem(meta));

  const wish = useStore(wanted);
  const turn = useRef(wish?.turn ?? 0);
  useEffect(() => {
    if (!wish || wish.turn === turn.current) return;
    turn.current = wish.turn;
    setMode(wish.mode);
    requestAnimationFrame(() => box.current?.focus());
  }, [wish]);
  const takeBack = useRef<(back: Back) => void>(() => undefined);
  takeBack.current = ({ draft: old, mode: side, stale: late }) => {
    setMode(side);
    setStale(late ?? false);
    // After the other side's draft is on: what was begun since stays behind what comes back.
    setTimeout(() => {
      const since = held.current.text;
      change({ text: [old.text, since].filter(Boolean).join("\n\n"), meta: since ? { ...old.meta, html: undefined } : (old.meta ?? {}) });
      requestAnimationFrame(() => box.current?.focus(old.caret ?? old.text.length));
    });
  };
  useEffect(() => receiveBack(conversation.id, (back) => takeBack.current(back)), [conversation.id]);

  function begin(side: Mode): void {
    flushSync(() => setMode(side)); // what is typed next belongs in it
    box.current?.focus();
  }

  async function submit(how: { settle?: boolean; anyway?: boolean } = {}): Promise<void> {
    if (!ready) return;
    const colleague = last && begun.current !== null && last.seq > begun.current && last.kind === "outgoing" && last.author.id !== me.id;
    if (mode === "reply" && colleague && !how.anyway) {
      setStale(true);
      return;
    }
    const old = { ...draft, meta, caret: box.current?.caret() ?? draft.text.length };
    const lastSeq = how.anyway ? null : conversation.last_seq;
    begun.current = null;
    setStale(false);
    clear();
    const sent = send({
      conversation, me, kind: mode, draft: old, lastSeq, rich, undo: mode === "reply" && channel?.features.includes("undo") ? UNDO_S : 0,
    });
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
  const name = contact?.name || conversation.contact.name || t("common.unnamed");
  const placeholder = note ? t("composer.note_placeholder") : t("composer.reply_placeholder", { name });

  return (
    <section className={`${css.composer} ${note ? css.note : ""} ${dropping ? css.dropping : ""}`} aria-label={t(note ? "composer.note" : "composer.label")}
      onDragOver={(event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); setDropping(true); } }}
      onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false); }}
      onDrop={onDrop}>
      {stale ? <Stale last={last} onAnyway={() => void submit({ anyway: true })} onEdit={() => { begun.current = last?.seq ?? null; setStale(false); box.current?.focus(); }} /> : null}
      <div className={css.via}>
        <div role="group" aria-label={t("composer.mode")} className={css.modes}>
          <button type="button" aria-pressed={!note} disabled={!mayReply} onClick={() => setMode("reply")}>{t("composer.reply")}</button>
          <button type="button" aria-pressed={note} onClick={() => setMode("note")}>{t("composer.note")}</button>
        </div>
        {note ? <><NoteBead size={18} /><span className={css.only}>{t("thread.only_team")}</span></> : (
          <><Bead channel={conversation.channel} size={18} /><b>{channelName}</b><span className={`${css.address} cut`}>{address || name}</span></>
        )}
        {copying && !copies && !hasCopies(meta) ? <button type="button" className={css.copies} onClick={() => setCopies(true)}>{t("composer.add_copies")}</button> : null}
      </div>
      {copying && (copies || hasCopies(meta)) ? <Copies key={`${conversation.id} ${answered.cc.join()}`} meta={meta} onChange={(next) => change({ meta: next })} /> : null}
      <WriteBox ref={box} rich={rich} bar={bar} text={draft.text} html={meta.html} files={files} placeholder={placeholder} label={placeholder}
        onFiles={uploads.add}
        onChange={(text, html) => {
          begun.current ??= conversation.last_seq;
          change((now) => ({ text, meta: { ...now.meta, html } }));
          if (text) typing();
        }} />
      <FileRow files={files.filter((file) => !file.inline || !rich)} going={uploads.going} onRemove={(id) => change({ meta: { ...meta, attachments: files.filter((file) => file.id !== id) } })} />
      <div className={css.bar}>
        <input ref={picker} type="file" multiple hidden tabIndex={-1} aria-hidden onChange={(event) => { uploads.add(event.target.files ?? []); event.target.value = ""; }} />
        <IconButton label={t("composer.attach")} onClick={() => picker.current?.click()}><IconPaperclip size={17} /></IconButton>
        {rich ? <div ref={setBar} className={css.tools} /> : null}
        <span className={`${css.hint} cut`} role="status">
          {over > 0 ? <b>{t("composer.too_long", { count: over })}</b> : tooMany ? <b>{t("composer.too_many", { count: channel!.limits.attachments })}</b>
            : saving === "saved" ? t("composer.draft_saved") : conversation.status === "resolved" && !note ? t("composer.resolved_hint") : null}
        </span>
        {note ? null : (
          <Button kind="quiet" small className={css.second!} keys={map.send_resolve} disabled={!ready} onClick={() => void submit({ settle: true })}>{t("composer.send_resolve")}</Button>
        )}
        <Button kind="primary" keys={map.send} disabled={!ready} onClick={() => void submit()} icon={<IconSend size={15} />}>{t(note ? "composer.add_note" : "composer.send")}</Button>
      </div>
    </section>
  );
}
