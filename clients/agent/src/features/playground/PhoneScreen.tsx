/** One contact's phone: what was said, and a line to write; beside it what this channel's phones can do, and nothing else. */
import type { Id } from "@shared/types";
import { useEffect, useRef, useState } from "react";
import { address } from "@lib/api";
import { useT } from "@lib/i18n";
import type { Bubble, Does, Phone } from "@lib/model";
import { IconButton } from "@ui/Button";
import { IconDots, IconPaperclip, IconSend } from "@ui/icons";
import { Menu, type MenuItem } from "@ui/Menu";
import { Time } from "@ui/Time";
import css from "./Phone.module.css";
import sticker from "./sticker.webp?inline";

export interface Deed {
  does: Does;
  text?: string; target?: string; choice?: string; emoji?: string; number?: string; data?: string; media_type?: string; latitude?: number; longitude?: number;
}
interface Props { account: Id; phone: Phone; deeds: readonly Does[]; does: (deed: Deed) => Promise<boolean> }

/** The picture of a built-in sticker, as the API takes it. */
const STICKER = sticker.slice(sticker.indexOf(",") + 1);

/** A file's bytes as the API takes them. */
async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function PhoneScreen({ account, phone, deeds, does }: Props) {
  const t = useT();
  const [text, setText] = useState("");
  const [editing, setEditing] = useState<Bubble | null>(null);
  const [answering, setAnswering] = useState<Bubble | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const end = useRef<HTMLLIElement>(null);
  const count = phone.bubbles.length;
  useEffect(() => { void end.current?.scrollIntoView({ block: "nearest" }); }, [count]);

  async function send(): Promise<void> {
    const said = text.trim();
    if (!said) return;
    const deed: Deed = editing ? { does: "edit", text: said, target: editing.id }
      : { does: "text", text: said, ...(answering ? { target: answering.id } : {}) };
    if (await does(deed)) {
      setText((now) => (now.trim() === said ? "" : now)); // what was written meanwhile stays
      setEditing(null);
      setAnswering(null);
    }
  }
  async function attach(given: File[]): Promise<void> {
    const [next, ...rest] = given;
    if (!next) return;
    const kind = next.type.startsWith("audio/") && deeds.includes("voice") ? "voice" : "file";
    const named = kind === "file" && !next.type.startsWith("image/") ? next.name : "";
    await does({ does: kind, text: named, data: await base64(next), media_type: next.type || "application/octet-stream" });
    await attach(rest);
  }
  async function comment(): Promise<void> {
    if (await does({ does: "comment", text: text.trim() || t("play.comment_sample"), ...(answering ? { target: answering.id } : {}) })) {
      setText("");
      setAnswering(null);
    }
  }
  const can = ([deed]: readonly [Does, MenuItem]): boolean => deeds.includes(deed);
  const every: readonly (readonly [Does, MenuItem])[] = [
    ["comment", { label: t("play.do_comment"), run: () => void comment() }],
    ["sticker", { label: t("play.do_sticker"), run: () => void does({ does: "sticker", emoji: "🍊", data: STICKER, media_type: "image/webp" }) }],
    ["location", { label: t("play.do_location"), run: () => void does({ does: "location", latitude: 38.7223, longitude: -9.1393 }) }],
    ["people", { label: t("play.do_people"), run: () => void does({ does: "people", text: t("play.card_name"), number: t("play.card_number") }) }],
    ["order", { label: t("play.do_order"), run: () => void does({ does: "order", text: t("play.order_sample") }) }],
    ["read", { label: t("play.do_read"), run: () => void does({ does: "read" }) }],
    ["start", { label: t("play.do_start"), run: () => void does({ does: "start", text: t("play.start_sample") }) }],
    ["stop", { label: t("play.do_stop"), run: () => void does({ does: "stop" }) }],
  ];
  const more = every.filter(can).map(([, item]) => item);
  const withMessage = (one: Bubble): MenuItem[] => {
    const own: readonly (readonly [Does, MenuItem])[] = [
      ["edit", { label: t("play.do_edit"), run: () => { setEditing(one); setAnswering(null); setText(one.text); } }],
      ["delete", { label: t("play.do_delete"), run: () => void does({ does: "delete", target: one.id }) }],
    ];
    const all: readonly (readonly [Does, MenuItem])[] = [
      ["text", { label: t("play.do_answer"), run: () => { setAnswering(one); setEditing(null); } }],
      ["react", { label: t("play.do_like"), run: () => void does({ does: "react", target: one.id, emoji: one.marks.length ? "" : "👍" }) }],
      ...(one.mine && !one.is_deleted ? own : []),
    ];
    return all.filter(can).map(([, item]) => item);
  };
  const changing = editing ?? answering;
  return (
    <section className={css.phone} aria-label={t("play.phone_of", { name: phone.name })}>
      <header className={css.top}><b className="cut">{phone.name}</b><small>{phone.typing_until && Date.parse(phone.typing_until) > Date.now() ? t("play.desk_types") : phone.address}</small></header>
      <ol className={`${css.screen} scroll`} aria-live="polite">
        {phone.bubbles.length === 0 ? <li className={css.quiet}>{t("play.nothing_yet")}</li> : null}
        {phone.bubbles.map((one) => (
          <Said key={one.id} account={account} bubble={one} quoted={phone.bubbles.find((other) => other.id === one.reply_to)}
            onChoose={(choice) => void does({ does: "choose", target: one.id, choice })}
            items={withMessage(one)} />
        ))}
        <li ref={end} aria-hidden />
      </ol>
      {changing ? (
        <p className={css.changing}>
          <span className="cut">{t(editing ? "play.editing" : "play.answering", { text: changing.text || changing.media_type })}</span>
          <button type="button" onClick={() => { setEditing(null); setAnswering(null); }}>{t("common.cancel")}</button>
        </p>
      ) : null}
      <form className={css.line} onSubmit={(event) => { event.preventDefault(); void send(); }}>
        {deeds.includes("file") ? (
          <>
            <input ref={file} type="file" multiple hidden onChange={(event) => { void attach([...event.target.files ?? []]); event.target.value = ""; }} />
            <IconButton label={t("play.do_file")} onClick={() => file.current?.click()}><IconPaperclip size={17} aria-hidden /></IconButton>
          </>
        ) : null}
        <input value={text} onChange={(event) => setText(event.target.value)} placeholder={t("play.write_as", { name: phone.name })} aria-label={t("play.write_as", { name: phone.name })} />
        <Menu label={t("play.more")} items={more} trigger={<IconButton label={t("play.more")}><IconDots size={17} aria-hidden /></IconButton>} />
        <IconButton label={t("play.send_as")} type="submit" className={css.send!}><IconSend size={16} aria-hidden /></IconButton>
      </form>
    </section>
  );
}

interface SaidProps { account: Id; bubble: Bubble; quoted: Bubble | undefined; items: MenuItem[]; onChoose: (id: string) => void }

function Said({ account, bubble, quoted, items, onChoose }: SaidProps) {
  const t = useT();
  const url = bubble.file ? address(`/accounts/${account}/sandbox/files/${encodeURIComponent(bubble.file)}`) : "";
  const family = bubble.media_type.split("/")[0];
  return (
    <li className={`${css.said} ${bubble.mine ? css.mine : ""}`}>
      <div className={css.bubble}>
        {quoted ? <blockquote className="cut">{quoted.text || quoted.media_type}</blockquote> : null}
        {bubble.is_deleted ? <i>{t("play.deleted")}</i> : null}
        {url && family === "image" ? <img src={url} alt={bubble.text || t("play.picture")} />
          : url && family === "audio" ? <audio controls src={url}><track kind="captions" /></audio>
            : url ? <a href={url} target="_blank" rel="noreferrer">{bubble.text || bubble.media_type}</a> : null}
        {bubble.url ? <Ours url={bubble.url} /> : null}
        {bubble.text && !(url && family !== "image" && family !== "audio") ? <p>{bubble.text}</p> : null}
        <small><Time at={bubble.at} />{bubble.is_edited ? ` · ${t("play.edited")}` : ""}{bubble.state ? ` · ${t("play.seen")}` : ""}</small>
        {bubble.marks.length ? <span className={css.marks}>{bubble.marks.join(" ")}</span> : null}
      </div>
      {bubble.choices.length ? <div className={css.taps}>{bubble.choices.map(([id, title]) => <button key={id} type="button" onClick={() => onChoose(id)}>{title}</button>)}</div> : null}
      <span className={css.tools}><Menu label={t("play.with_message")} items={items} trigger={<IconButton label={t("play.with_message")}><IconDots size={14} aria-hidden /></IconButton>} /></span>
    </li>
  );
}

/** A file of ours, known by its address alone: a picture where it is one, else what opens it. */
function Ours({ url }: { url: string }) {
  const t = useT();
  const [isPicture, setPicture] = useState(true);
  const { pathname, search } = new URL(url, window.location.href); // the desk may be open by another name than the world's
  const here = `${pathname}${search}`;
  return isPicture
    ? <img src={here} alt={t("play.picture")} onError={() => setPicture(false)} />
    : <a href={here} target="_blank" rel="noreferrer">{t("play.file")}</a>;
}
