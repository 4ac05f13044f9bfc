/** The files of a message: pictures shown, sounds played, the rest to download. */
import { lazy, Suspense, useState } from "react";
import type { Attachment } from "@shared/types";
import { useT } from "@lib/i18n";
import { bytes } from "@lib/time";
import { IconDownload, IconFile, IconFileText, IconMusic, IconPhoto, IconVideo } from "../icons";
import css from "./Body.module.css";

const VoiceNote = lazy(() => import("./content/VoiceNote"));

/** Asks again for a file that could not be had. */
export type FetchFile = ((file: Attachment) => void) | undefined;

function iconOf(type: string) {
  const icons: [string, typeof IconFile][] = [["image/", IconPhoto], ["audio/", IconMusic], ["video/", IconVideo], ["text/", IconFileText]];
  return icons.find(([start]) => type.startsWith(start))?.[1] ?? (/pdf|word|document/.test(type) ? IconFileText : IconFile);
}

/** A sound this browser can play. */
function playable(file: Attachment): boolean {
  return file.media_type.startsWith("audio/") && file.state === "stored" && file.url !== "" && document.createElement("audio").canPlayType(file.media_type) !== "";
}

export function Files({ files, onFetch }: { files: readonly Attachment[]; onFetch?: FetchFile }) {
  if (files.length === 0) return null;
  const images = files.filter((file) => file.media_type.startsWith("image/") && file.state === "stored" && file.url);
  const sounds = files.filter((file) => playable(file));
  const rest = files.filter((file) => !images.includes(file) && !sounds.includes(file));
  return (
    <div className={`${css.files} ${images.length > 3 ? css.many : ""}`}>
      {images.map((file) => <Picture key={file.id} file={file} />)}
      {sounds.map((file) => (
        <Suspense key={file.id} fallback={<FileCard file={file} />}><VoiceNote file={file} peaks={[]} seconds={null} orElse={<FileCard file={file} />} /></Suspense>
      ))}
      {rest.map((file) => <FileCard key={file.id} file={file} onFetch={onFetch} />)}
    </div>
  );
}

function Picture({ file }: { file: Attachment }) {
  const t = useT();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileCard file={file} />;
  const size = file.width && file.height ? { width: file.width, height: file.height } : {};
  return (
    <a href={file.url} target="_blank" rel="noreferrer noopener" className={css.picture} aria-label={t("thread.open_image", { name: file.name })}>
      <img src={file.url} alt={file.name} loading="lazy" {...size} onError={() => setBroken(true)} />
    </a>
  );
}

export function FileCard({ file, onFetch }: { file: Attachment; onFetch?: FetchFile }) {
  const t = useT();
  const Icon = iconOf(file.media_type);
  const inside = (
    <>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={css.name}>{file.name}</span>
      <span className={css.size}>
        {file.state === "loading" ? t("thread.attachment_loading") : file.state === "failed" ? t("thread.attachment_failed") : bytes(t, file.size_bytes)}
      </span>
      {file.url && file.state === "stored" ? <IconDownload size={15} aria-hidden /> : null}
    </>
  );
  if (file.state === "failed" && onFetch) {
    return (
      <span className={css.file}>
        {inside}
        <button type="button" className={css.again} title={t("thread.attachment_retry", { name: file.name })} aria-label={`${t("common.retry")}: ${file.name}`} onClick={() => onFetch(file)}>{t("common.retry")}</button>
      </span>
    );
  }
  if (!file.url || file.state !== "stored") return <span className={css.file}>{inside}</span>;
  return <a className={css.file} href={file.url} download={file.name} title={t("thread.download", { name: file.name })}>{inside}</a>;
}
