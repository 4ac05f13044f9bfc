/** Cards side by side. Pictures that lie elsewhere are not asked for. */
import type { Carousel } from "@shared/content";
import type { Attachment } from "@shared/types";
import { useT } from "@lib/i18n";
import { IconPhoto } from "../../icons";
import css from "./Content.module.css";
import { ChoiceRow } from "./Tapping";

export function Slides({ content, files }: { content: Carousel; files: readonly Attachment[] }) {
  const t = useT();
  return (
    <ul className={css.slides} tabIndex={0} aria-label={t("content.slides", { count: content.slides.length })}>
      {content.slides.map((one, index) => {
        const file = files.find((each) => each.id === one.image);
        return (
          <li key={index} className={css.slide}>
            {file?.url ? <img src={file.url} alt="" loading="lazy" /> : one.image ? <span className={css.noimage}><IconPhoto size={22} stroke={1.4} aria-hidden /></span> : null}
            <b dir="auto">{one.title}</b>
            {one.subtitle ? <span dir="auto">{one.subtitle}</span> : null}
            {one.choices?.length ? <ChoiceRow choices={one.choices} label={t("content.offered")} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
