/** Where one writes: to the customer or to the team, on which channel and to which address, with what. */
import type { Conversation, Message } from "@shared/types";
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent } from "react";
import { useT } from "@lib/i18n";
import { keymap, useKeys } from "@lib/keys";
import type { Contact, Draft } from "@lib/model";
import { useCan, useChannels, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { Bead, NoteBead, useChannelName } from "@ui/Bead";
import { Button, IconButton } from "@ui/Button";
import { IconPaperclip, IconSend } from "@ui/icons";
import { resolve } from "../acts";
import { wanted } from "../desk";
import css from "./Composer.module.css";
import { Copies, copiesProblem, hasCopies } from "./Copies";
import { FileRow } from "./FileRow";
import { send } from "./send";
import { Stale } from "./Stale";
import { useDraft, type Mode } from "./useDraft";
import { useUploads } from "./useUploads";

interface Props {
  conversation: Conversation; contact: Contact | undefined; last: Message | undefined; typing: () => void; onResolved: () => void;
  /** A reply that was taken back: its words return. */
  back: { draft: Draft; turn: number } | null;
}

const UNDO_S = 10;
const CAP_BYTES = 25_000_000;

export function addressOf(contact: Contact | undefined, letters: boolean): string {
  const wantedKinds = letters ? ["email"] : ["phone", "external"];
  return contact?.identities.find((one) => wantedKinds.includes(one.kind))?.value ?? "";
}

export function Composer({ conversation, contact, last, typing, onResolved, back }: Props) {
  const t = useT();
  const me = useMe().agent;
  const { map } = useStore(keymap);
  const channel = useChannels().get(conversation.channel);
  const channelName = useChannelName()(conversation.channel);
  const mayReply = useCan("conversation:reply");
  const [mode, setMode] = useState<Mode>(mayReply ? "reply" : "note");
  const { draft, saving, change, clear } = useDraft(conversation.id, mode);
  const [stale, setStale] = useState(false);
  const [copies, setCopies] = useState(false);
  const [dropping, setDropping] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const begun = useRef<number | null>(null);
  const meta = draft.meta ?? {};
  const files = meta.attachments ?? [];
  const uploads = useUploads(Math.min(CAP_BYTES, channel?.limits.file_bytes || CAP_BYTES), (file) =>
    change({ meta: { ...meta, attachments: [...files, { id: file.id, name: file.name, media_type: file.media_type, size_bytes: file.size_bytes, url: file.url }] } }));
  const letters = channel?.features.includes("subject") ?? false;
  const address = addressOf(contact, letters);
  const over = mode === "reply" ? draft.text.length - (channel?.limits.text_chars ?? Infinity) : 0;
  const tooMany = mode === "reply" && channel ? files.length > channel.limits.attachments : false;
  const ready = (draft.text.trim() || files.length) && !uploads.going.length && over <= 0 && !tooMany
    && !(mode === "reply" && letters && copiesProblem(meta));

  const wish = useStore(wanted);
  const turn = useRef(wish?.turn ?? 0);
  useEffect(() => {
    if (!wish || wish.turn === turn.current) return;
    turn.current = wish.turn;
    setMode(wish.mode);
    box.current?.focus();
  }, [wish]);
  useEffect(() => {
    if (back) restore(back.draft, "reply", back.draft.text.length)();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each reply taken back
  }, [back]);

  function restore(old: Draft, side: Mode, caret: number): () => void {
    return () => {
      setMode(side);
      setTimeout(() => {
        change({ text: old.text, meta: old.meta ?? {} });
        requestAnimationFrame(() => {
          box.current?.focus();
          box.current?.setSelectionRange(caret, caret);
        });
      });
    };
  }

  async function submit(how: { settle?: boolean; anyway?: boolean } = {}): Promise<void> {
    if (!ready) return;
    const colleague = last && begun.current !== null && last.seq > begun.current && last.kind === "outgoing" && last.author.id !== me.id;
    if (mode === "reply" && colleague && !how.anyway) {
      setStale(true);
      return;
    }
    const old = draft;
    const caret = box.current?.selectionStart ?? old.text.length;
    const lastSeq = how.anyway ? null : conversation.last_seq;
    begun.current = null;
    setStale(false);
    clear();
    const sent = send({
      conversation, me, kind: mode, text: old.text.trim(), meta: old.meta ?? {}, lastSeq,
      undo: channel?.features.includes("undo") ? UNDO_S : 0, restore: restore(old, mode, caret), stale: () => setStale(true),
    });
    if (how.settle && (await sent)) {
      onResolved();
      await resolve([conversation]);
    }
  }

  /** Another text field has the keys: what is typed there is not this reply. */
  const elsewhere = (event: KeyboardEvent): boolean =>
    event.target !== box.current && (event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement);

  useKeys({
    reply: () => { setMode(mayReply ? "reply" : "note"); box.current?.focus(); }, note: () => { setMode("note"); box.current?.focus(); },
    send: (event) => (elsewhere(event) ? false : void submit()),
    send_resolve: (event) => (elsewhere(event) ? false : void submit({ settle: true })),
    leave: (event) => {
      if (event.target !== box.current) return false;
      box.current?.blur();
    },
  });

  const take = (event: ClipboardEvent | DragEvent, list: FileList | undefined): void => {
    setDropping(false);
    if (!list?.length) return;
    event.preventDefault();
    uploads.add(list);
  };
  const name = contact?.name || conversation.contact.name || t("common.unnamed");
  const note = mode === "note";
  const copying = !note && (channel?.features.includes("copies") ?? false);

  return (
    <section className={`${css.composer} ${note ? css.note : ""} ${dropping ? css.dropping : ""}`} aria-label={t(note ? "composer.note" : "composer.label")}
      onDragOver={(event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); setDropping(true); } }}
      onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false); }}
      onDrop={(event) => take(event, event.dataTransfer.files)}>
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
      {copying && (copies || hasCopies(meta)) ? <Copies key={conversation.id} meta={meta} onChange={(next) => change({ meta: next })} /> : null}
      <textarea ref={box} className={css.box} value={draft.text} rows={2} dir="auto" spellCheck
        placeholder={note ? t("composer.note_placeholder") : t("composer.reply_placeholder", { name })} aria-label={note ? t("composer.note_placeholder") : t("composer.reply_placeholder", { name })}
        onChange={(event) => {
          begun.current ??= conversation.last_seq;
          change({ text: event.target.value });
          if (event.target.value) typing();
        }}
        onPaste={(event) => take(event, event.clipboardData.files)} />
      <FileRow files={files} going={uploads.going} onRemove={(id) => change({ meta: { ...meta, attachments: files.filter((file) => file.id !== id) } })} />
      <div className={css.bar}>
        <input ref={picker} type="file" multiple hidden tabIndex={-1} aria-hidden onChange={(event) => { uploads.add(event.target.files ?? []); event.target.value = ""; }} />
        <IconButton label={t("composer.attach")} onClick={() => picker.current?.click()}><IconPaperclip size={17} /></IconButton>
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
