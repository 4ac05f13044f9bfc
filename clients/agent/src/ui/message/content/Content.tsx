/** What a message holds beside its words, as people know it. */
import type { Known } from "@shared/content";
import type { Message } from "@shared/types";
import { useT } from "@lib/i18n";
import { IconTemplate } from "../../icons";
import { FileCard } from "../Files";
import css from "./Content.module.css";
import { CommentView, SharedView, StoryView, StrangeView } from "./Elsewhere";
import { OrderTable } from "./OrderTable";
import { PeopleCards } from "./PeopleCards";
import { PlaceCard } from "./PlaceCard";
import { Slides } from "./Slides";
import { StickerView } from "./StickerView";
import { ChosenLine, Offered } from "./Tapping";
import VoiceNote from "./VoiceNote";

export default function Content({ message }: { message: Message }) {
  const t = useT();
  const content = message.content as Known | null | undefined;
  const files = message.attachments;
  switch (content?.type) {
    case undefined: return null;
    case "location": return <PlaceCard content={content} />;
    case "people": return <PeopleCards content={content} />;
    case "choices": return <Offered content={content} />;
    case "chosen": return <ChosenLine content={content} />;
    case "carousel": return <Slides content={content} files={files} />;
    case "template": return <p className={css.template}><IconTemplate size={14} aria-hidden /> {t("content.template", { name: content.name })} · {content.language}</p>;
    case "order": return <OrderTable content={content} />;
    case "sticker": return <StickerView content={content} files={files} />;
    case "voice": return files.map((file) => <VoiceNote key={file.id} file={file} peaks={content.peaks ?? []} seconds={content.duration_s ?? null} orElse={<FileCard file={file} />} />);
    case "story": return <StoryView content={content} files={files} />;
    case "comment": return <CommentView content={content} />;
    case "shared": return <SharedView content={content} />;
    case "strange": return <StrangeView content={content} />;
    default: return <StrangeView content={{ type: "strange", kind: (content as { type: string }).type }} />;
  }
}
