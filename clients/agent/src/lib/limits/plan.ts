/** How a reply will leave by a channel: in which parts, with which files, and what it loses. As the server plans it. Pure. */
import { cut, length, Ruler, type Unit } from "./measure";

export interface Media { family: string; bytes: number; types: string[] }
export interface Limits {
  text_chars: number; text_unit: Unit; caption_chars: number; file_bytes: number; attachments: number; media: Media[];
  window: { free_s: number; person_s: number; template: boolean }; edit_s: number; delete_s: number;
}
export interface Able { features: readonly string[]; limits: Limits }
export interface Attached { id: string; name: string; media_type: string; size_bytes: number }
/** links: by this way files leave as links below the words. */
export interface Written { text: string; html?: string | undefined; files: readonly Attached[]; links?: boolean }

/** refused: the channel takes no such file at all; large: too large for it; as-file, unfit: not of a kind it shows. */
export type FileWhy = "refused" | "large" | "as-file" | "unfit";
export interface Plan {
  /** How many messages the contact gets. */
  parts: number;
  length: number; most: number; unit: Unit;
  /** Of segments: signs left in the last. */
  room: number | null;
  /** Over what the channel takes in one piece, where it takes nothing else. */
  over: number;
  tooMany: boolean;
  files: Readonly<Record<string, FileWhy>>;
  /** Files that travel beside the words instead of with them. */
  apart: boolean;
  lost: readonly ("html" | "files")[];
}

export const familyOf = (mediaType: string): string => mediaType.split("/")[0] ?? "";
const CAPTIONABLE = new Set(["image", "video", "application", "text"]);

/** Whether HTML says more than its words do. */
export const isStyled = (html: string | undefined): boolean => /<(?!\/?(?:p|br|div|span)\b)[a-z]/i.test(html ?? "");

export function whyNot(channel: Able, file: Attached): FileWhy | null {
  const family = familyOf(file.media_type);
  const needed = family === "image" || family === "audio" ? family : "file";
  if (!channel.features.includes(needed) && !channel.features.includes("file")) return "refused";
  if (file.size_bytes > channel.limits.file_bytes) return "large";
  const kinds = channel.limits.media.filter((one) => one.family === family || (family === "audio" && one.family === "voice"));
  const fits = (one: Media): boolean => file.size_bytes <= one.bytes && (one.types.length === 0 || one.types.includes(file.media_type));
  if (kinds.length === 0 || kinds.some(fits)) return null;
  return channel.features.includes("file") ? "as-file" : "unfit";
}

export const stops = (why: FileWhy | undefined): boolean => why === "refused" || why === "large";

export function planned(channel: Able, { text, html, files, links = false }: Written): Plan {
  const { features, limits } = channel;
  const whole = features.includes("whole");
  const ruler = new Ruler(limits.text_unit);
  const words = text.trim();
  const size = ruler.add(words);
  const captioned = !whole && features.includes("captions") && files.length === 1 && words !== ""
    && CAPTIONABLE.has(familyOf(files[0]!.media_type)) && length(words, limits.text_unit) <= limits.caption_chars;
  const pieces = cut(words, limits.text_chars, limits.text_unit).filter((one) => one.trim()).length;
  const parts = whole || captioned ? 1 : Math.max(1, pieces + files.length);
  const refused = files.flatMap((file) => {
    const why = whyNot(channel, file);
    return why ? [[file.id, why] as const] : [];
  });
  return {
    parts, length: size, most: limits.text_chars, unit: limits.text_unit, room: limits.text_unit === "gsm7_segments" ? ruler.room : null,
    over: whole ? Math.max(0, size - limits.text_chars) : 0, tooMany: files.length > limits.attachments,
    files: Object.fromEntries(refused), apart: !whole && !captioned && files.length > 0 && words !== "",
    lost: [...(isStyled(html) && !features.includes("html") ? ["html" as const] : []), ...(files.length > 0 && links ? ["files" as const] : [])],
  };
}
