/** A tag: its dot of colour and its word. */
import type { CSSProperties } from "react";
import type { Tag } from "@lib/model";
import css from "./TagChip.module.css";

/** The colours a tag may have, by name; the theme gives lightness. Grey has no hue. */
export const TAG_COLORS: Readonly<Record<string, number | null>> = {
  grey: null, red: 25, orange: 55, amber: 85, green: 150, teal: 190, blue: 250, violet: 300, pink: 350,
};

export function ColorDot({ color }: { color: string | null | undefined }) {
  const hue = TAG_COLORS[color ?? "grey"] ?? null;
  return <i className={css.dot} style={{ "--c": hue === null ? 0.01 : undefined, "--hue": hue ?? undefined } as CSSProperties} aria-hidden />;
}

export function TagDot({ tag }: { tag: Tag }) {
  return <ColorDot color={tag.color} />;
}

export function TagChip({ tag }: { tag: Tag }) {
  return <span className={css.chip}><TagDot tag={tag} />{tag.name}</span>;
}
