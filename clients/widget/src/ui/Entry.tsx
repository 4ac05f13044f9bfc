/** One message on the thread: the company's hangs on a bead, the visitor's own stands to the right. */

import { Component, h } from "preact";
import type { Attachment, Message } from "../protocol";
import type * as Heard from "../Player";
import type { T } from "../t";
import { Icon } from "./icons";
import { size } from "./words";

// Other apps have schemes of their own. Scripts are none; a page cannot open what is on the disk or within a link.
const LINK = /(?:\b(?!\w*script)[a-z]+:\/\/|mailto:|sms:)[^\s<>"']*[^\s<>"'.,;:!?)\]}]/g;
// Of what opens another app, only whom it reaches is read: the rest is for the machine.
const APP = /^(?:mailto|sms):([^?]+)/;

/** Cuts a text into plain pieces and addresses; each is drawn as text, never as HTML. */
export function pieces(text: string): readonly { readonly text: string; readonly href?: string }[] {
  const found: { text: string; href?: string }[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: APP.exec(match[0])?.[1] ?? match[0], href: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

function Text({ text }: { readonly text: string }) {
  return (
    <p>
      {pieces(text).map((piece) =>
        piece.href ? (
          <a href={piece.href} target="_blank" rel="noopener">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </p>
  );
}

function File({ file, t }: { readonly file: Attachment; readonly t: T }) {
  if (file.media_type.startsWith("image/") && file.url && file.width) {
    return (
      <a class="pic" href={file.url} target="_blank" rel="noopener">
        <img src={file.url} alt={file.name} width={file.width} height={file.height ?? undefined} loading="lazy" />
      </a>
    );
  }
  if (file.media_type.startsWith("audio/") && file.url) return <Voice file={file} t={t} />;
  return (
    <a class="file" href={file.url ?? undefined} target="_blank" rel="noopener">
      <Icon path="M7 3.5h7l4 4v13H7ZM14 3.5v4h4" />
      <span>{file.name}</span>
      <small>{size(file.size_bytes, t.locale)}</small>
    </a>
  );
}

let player: typeof Heard | undefined;

/** A voice note; until its player is loaded, an empty place of its height. */
class Voice extends Component<{ readonly file: Attachment; readonly t: T }> {
  override componentDidMount(): void {
    if (player) return;
    void import("../Player").then((loaded) => {
      player = loaded;
      this.forceUpdate();
    });
  }

  render({ file, t }: { readonly file: Attachment; readonly t: T }) {
    return player ? <player.Player url={file.url} bytes={file.size_bytes} t={t} /> : <div class="voice-comes" />;
  }
}

type Props = {
  readonly message: Message;
  readonly follows: boolean;
  readonly turn: string;
  readonly mark: string;
  readonly t: T;
};

/** follows: the same author goes on. turn: the channel the talk moved to. mark: sent or seen, under the last own one. */
export function Entry({ message, follows, turn, mark, t }: Props) {
  const isMine = message.author.kind === "contact";
  const name = isMine ? t("you") : message.author.name || t("team");
  const time = new Intl.DateTimeFormat(t.locale, { hour: "numeric", minute: "2-digit" }).format(new Date(message.at));
  return (
    <li class={isMine ? "mine" : "theirs"} data-follows={follows || undefined}>
      {turn && <p class="turn">{t("continues", { channel: turn })}</p>}
      {!isMine && !follows && (
        <span class="bead" aria-hidden="true">
          {name.charAt(0)}
        </span>
      )}
      <p class={follows || isMine ? "hidden" : "who"}>
        <b>{name}</b> <time dateTime={message.at}>{time}</time>
      </p>
      <div class="body" title={time}>
        {message.text && <Text text={message.text} />}
        {message.attachments.map((file) => (
          <File key={file.id} file={file} t={t} />
        ))}
      </div>
      {mark && <p class="mark">{mark}</p>}
    </li>
  );
}
