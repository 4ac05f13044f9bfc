/** What was offered to tap, and what was tapped. Here nothing can be tapped: it shows what the contact has. */
import type { Choice, Choices, Chosen } from "@shared/content";
import { useT } from "@lib/i18n";
import { IconCheck, IconExternalLink, IconList } from "../../icons";
import css from "./Content.module.css";

const hostOf = (url: string): string => {
  try {
    return new URL(url).hostname;
  } catch {
    return url;
  }
};

export function ChoiceRow({ choices, label }: { choices: readonly Choice[]; label: string }) {
  return (
    <ul className={css.choices} aria-label={label}>
      {choices.map((one) => (
        <li key={one.id} title={one.url ? hostOf(one.url) : undefined}>
          <span dir="auto">{one.title}</span>{one.url ? <IconExternalLink size={12} aria-hidden /> : null}
        </li>
      ))}
    </ul>
  );
}

export function Offered({ content }: { content: Choices }) {
  const t = useT();
  if (content.look !== "list") return <ChoiceRow choices={content.choices} label={t("content.offered")} />;
  return (
    <div className={`${css.card} ${css.list}`}>
      <p className={css.title}><IconList size={15} aria-hidden /> <b>{content.label || t("content.offered")}</b></p>
      <ul aria-label={t("content.offered")}>
        {content.choices.map((one) => (
          <li key={one.id}><span dir="auto">{one.title}</span>{one.description ? <small dir="auto">{one.description}</small> : null}</li>
        ))}
      </ul>
    </div>
  );
}

export function ChosenLine({ content }: { content: Chosen }) {
  const t = useT();
  const answers = Object.entries(content.answers ?? {});
  return (
    <div className={css.stack}>
      <p className={css.chosen}><IconCheck size={14} aria-hidden /><span>{t("content.chose")}</span> <b dir="auto">{content.title || (answers.length ? t("content.form") : content.id)}</b></p>
      {answers.length ? (
        <dl className={`${css.card} ${css.answers}`}>
          {answers.map(([name, value]) => <div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>)}
        </dl>
      ) : null}
    </div>
  );
}
