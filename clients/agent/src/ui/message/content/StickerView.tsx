/** A sticker: its picture without a frame, else the sign it stands for. */
import { useState } from "react";
import type { Sticker } from "@shared/content";
import type { Attachment } from "@shared/types";
import { useT } from "@lib/i18n";
import { Files } from "../Files";
import css from "./Content.module.css";

export function StickerView({ content, files }: { content: Sticker; files: readonly Attachment[] }) {
  const t = useT();
  const [broken, setBroken] = useState(false);
  const label = content.emoji ? t("content.sticker_of", { emoji: content.emoji }) : t("content.sticker");
  const file = files.find((one) => one.media_type.startsWith("image/") && one.state === "stored" && one.url);
  if (file && !broken) return <img className={css.sticker} src={file.url} alt={label} title={label} loading="lazy" onError={() => setBroken(true)} />;
  const film = files.find((one) => one.media_type.startsWith("video/") && one.state === "stored" && one.url);
  if (film && !broken) return <video className={css.sticker} src={film.url} controls muted loop playsInline preload="metadata" aria-label={label} onError={() => setBroken(true)} />;
  return content.emoji ? <p className={css.emoji} role="img" aria-label={label}>{content.emoji}</p> : <Files files={files} />;
}
