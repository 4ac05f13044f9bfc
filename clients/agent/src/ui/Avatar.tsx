/** A person as a picture, or as two letters on paper; their hue follows the name, so that the same person looks the same everywhere. */
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

/** Where a contact's picture is; another picture has another address. */
export function faceOf(contact: { id: string; avatar_id?: string | null } | undefined): string | undefined {
  return contact?.avatar_id ? `/api/v1/contacts/${contact.id}/avatar?of=${contact.avatar_id}` : undefined;
}

export function Avatar({ name, size = 28, title, face }: { name: string; size?: number; title?: string; face?: string | undefined }) {
  const style = { "--size": `${size}px`, "--hue": hueOf(name) } as CSSProperties;
  return (
    <span className={css.avatar} data-initials={initials(name)} style={style} {...(title ? { title, role: "img", "aria-label": title } : { "aria-hidden": true })}>
      {face ? <img key={face} src={face} alt="" loading="lazy" decoding="async" draggable={false} onError={(event) => { event.currentTarget.hidden = true; }} /> : null}
    </span>
  );
}
