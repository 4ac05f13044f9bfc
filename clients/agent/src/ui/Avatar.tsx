/** A person as two letters on paper; the hue follows the name, so that the same person looks the same everywhere. */
import type { CSSProperties } from "react";
import css from "./Avatar.module.css";

export function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase() || "?";
}

function hueOf(text: string): number {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)!) % 360;
  return sum;
}

export function Avatar({ name, size = 28, title }: { name: string; size?: number; title?: string }) {
  const style = { "--size": `${size}px`, "--hue": hueOf(name) } as CSSProperties;
  return (
    <span className={css.avatar} style={style} {...(title ? { title, role: "img", "aria-label": title } : { "aria-hidden": true })}>
      {initials(name)}
    </span>
  );
}
