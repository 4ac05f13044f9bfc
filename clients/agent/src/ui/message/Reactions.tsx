/** Marks that people left on a message, one chip a sign. */
import type { Message, Reaction } from "@shared/types";
import { useT } from "@lib/i18n";
import css from "./Reactions.module.css";

export interface Marked { emoji: string; by: readonly Reaction[] }

/** By sign, in the order they first came. */
export function gathered(reactions: readonly Reaction[]): Marked[] {
  const found = new Map<string, Reaction[]>();
  for (const one of reactions) found.set(one.emoji, [...(found.get(one.emoji) ?? []), one]);
  return [...found].map(([emoji, by]) => ({ emoji, by }));
}

export function Reactions({ message }: { message: Message }) {
  const t = useT();
  const marks = gathered(message.reactions ?? []);
  if (marks.length === 0) return null;
  return (
    <ul className={css.marks} aria-label={t("thread.reactions")}>
      {marks.map(({ emoji, by }) => {
        const names = by.map((one) => one.author.name || t("common.unnamed")).join(", ");
        return <li key={emoji} title={names}><span aria-hidden>{emoji}</span>{by.length > 1 ? <em aria-hidden>{by.length}</em> : null}<span className="hidden">{t("thread.reacted", { names, emoji })}</span></li>;
      })}
    </ul>
  );
}
