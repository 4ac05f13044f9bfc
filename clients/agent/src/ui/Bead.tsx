/** A bead on the thread: the channel's mark. Shape says what kind, filling says who wrote. */
import type { CSSProperties } from "react";
import { sayOr, useT } from "@lib/i18n";
import { isChat, type Channel } from "@lib/model";
import { useChannels } from "@lib/queries";
import css from "./Bead.module.css";
import { IconAlertTriangle, IconPencil } from "./icons";

const LETTER = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#000" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"><path d="M2.5 3h11v7.5H7L4 13.2v-2.700H2.5z"/></svg>';

interface Props {
  channel: string;
  size?: number;
  filled?: boolean;
  failed?: boolean;
  labelled?: boolean;
}

function shapeOf(channel: Channel | undefined): string {
  if (!channel) return css.round!;
  return channel.features.includes("subject") ? css.square! : isChat(channel) ? css.round! : css.tab!;
}

export function Bead({ channel, size = 22, filled = false, failed = false, labelled = false }: Props) {
  const t = useT();
  const known = useChannels().get(channel);
  const name = sayOr(t, `channel.${channel}.name`, known?.name ?? channel);
  const mask = `url("data:image/svg+xml,${encodeURIComponent(known?.icon_svg ?? LETTER)}")`;
  const style = { "--hue": known?.hue ?? 285, "--size": `${size}px`, "--icon": mask } as CSSProperties;
  return (
    <span className={`${css.bead} ${shapeOf(known)} ${filled ? css.filled : ""} ${failed ? css.failed : ""}`} style={style}
      title={name} {...(labelled ? { role: "img", "aria-label": name } : { "aria-hidden": true })}>
      {failed ? <IconAlertTriangle size={size * 0.56} stroke={2} /> : <i />}
    </span>
  );
}

/** The bead of a note: square, amber, a pencil. */
export function NoteBead({ size = 22 }: { size?: number }) {
  return (
    <span className={`${css.bead} ${css.square} ${css.note}`} style={{ "--size": `${size}px` } as CSSProperties} aria-hidden>
      <IconPencil size={size * 0.56} stroke={1.8} />
    </span>
  );
}

/** A knot: something happened, nobody wrote. */
export function Knot() {
  return <span className={css.knot} aria-hidden />;
}

/** The channel's name, in the reader's language. */
export function useChannelName(): (id: string) => string {
  const t = useT();
  const channels = useChannels();
  return (id) => sayOr(t, `channel.${id}.name`, channels.get(id)?.name ?? id);
}
