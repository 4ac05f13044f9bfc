/** Marks that people left on a message, one chip a sign. */
import type { Message, Reaction } from "@shared/types";
import { useT } from "@lib/i18n";
import { useMe } from "@lib/queries";
import css from "./Reactions.module.css";

export interface Marked { emoji: string; by: readonly Reaction[] }

/** By sign, in the order they first came. */
export function gathered(reactions: readonly Reaction[]): Marked[] {
  const found = new Map<string, Reaction[]>();
  for (const one of reactions) found.set(one.emoji, [...(found.get(one.emoji) ?? []), one]);
  return [...found].map(([emoji, by]) => ({ emoji, by }));
}

/** onUnmark: takes one's own mark away. */
export function Reactions({ message, onUnmark }: { message: Message; onUnmark?: ((emoji: string) => void) | undefined }) {
  const t = useT();
  const me = useMe().agent.id;
  const marks = gathered(message.reactions ?? []);
  if (marks.length === 0) return null;
  return (
    <ul className={css.marks} aria-label={t("thread.reactions")}>
      {marks.map(({ emoji, by }) => {
        const names = by.map((one) => one.author.name || t("common.unnamed")).join(", ");
        if (onUnmark && by.some((one) => one.author.id === me)) {
          return (
            <li key={emoji} data-mine>
              <button type="button" title={t("thread.unmark")} aria-label={`${t("thread.reacted", { names, emoji })} ${t("thread.unmark")}`} onClick={() => onUnmark(emoji)}>
                {emoji}{by.length > 1 ? <em>{by.length}</em> : null}
              </button>
            </li>
          );
        }
        return <li key={emoji} title={names}><span aria-hidden>{emoji}</span>{by.length > 1 ? <em aria-hidden>{by.length}</em> : null}<span className="hidden">{t("thread.reacted", { names, emoji })}</span></li>;
      })}
    </ul>
  );
}
