/** A voice note: record it, watch the level, listen to it, then send it or throw it away. */
import { useEffect, useRef, useState } from "react";
import { upload } from "@lib/api";
import { useT } from "@lib/i18n";
import type { StoredFile } from "@lib/model";
import { say } from "@lib/toasts";
import { Button, IconButton } from "@ui/Button";
import { IconMicrophoneOff, IconPlayerStop, IconRotateClockwise, IconSend, IconTrash } from "@ui/icons";
import VoiceNote from "@ui/message/content/VoiceNote";
import { longest, Recording, type Recorded, type Trouble } from "./recording";
import css from "./Recorder.module.css";

export interface Note { file: StoredFile; seconds: number; peaks: number[]; is_voice: boolean }
/** fileBytes: how large a file may be. asFile: the channel has no voice notes. */
interface Props { channel: string; fileBytes: number; asFile: boolean; onSend: (note: Note) => void; onClose: () => void }

type State = { is: "asking" } | { is: "recording"; seconds: number; levels: readonly number[] } | { is: "ready"; made: Recorded; url: string } | { is: "trouble"; why: Trouble };
const SHOWN = 48;
const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export default function Recorder({ channel, fileBytes, asFile, onSend, onClose }: Props) {
  const t = useT();
  const [state, setState] = useState<State>({ is: "asking" });
  const [turn, setTurn] = useState(0);
  const running = useRef<Recording | null>(null);
  const most = longest(fileBytes);

  useEffect(() => {
    let gone = false;
    setState({ is: "asking" });
    const level = (): void => {
      const now = running.current;
      if (gone || !now) return;
      setState({ is: "recording", seconds: now.seconds, levels: now.levels.slice(-SHOWN) });
      if (now.seconds >= most) void stop();
    };
    Recording.begin(level).then((made) => {
      if (gone) made.drop();
      else running.current = made;
    }, (why: Trouble) => !gone && setState({ is: "trouble", why }));
    return () => {
      gone = true;
      running.current?.drop();
      running.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- begins anew by `turn` alone
  }, [turn]);
  const url = state.is === "ready" ? state.url : null;
  useEffect(() => () => void (url && URL.revokeObjectURL(url)), [url]);

  async function stop(): Promise<void> {
    const now = running.current;
    running.current = null;
    const made = await now?.end();
    setState(made ? { is: "ready", made, url: URL.createObjectURL(made.file) } : { is: "trouble", why: "failed" });
  }

  return (
    <div className={css.recorder} role="group" aria-label={t("voice.title")} onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); onClose(); } }}>
      <IconButton label={t(state.is === "ready" ? "voice.discard" : "voice.cancel")} onClick={onClose}><IconTrash size={17} /></IconButton>
      {state.is === "asking" ? <p className={css.words} role="status">{t("voice.asking")}</p> : null}
      {state.is === "trouble" ? (
        <>
          <p className={css.trouble} role="alert"><IconMicrophoneOff size={16} aria-hidden /> {t(`voice.${state.why}`)}</p>
          {state.why === "insecure" || state.why === "unsupported" ? null : <Button small onClick={() => setTurn(turn + 1)}>{t("common.retry")}</Button>}
        </>
      ) : null}
      {state.is === "recording" ? (
        <>
          <i className={css.dot} aria-hidden />
          <Level levels={state.levels} />
          <span className={css.time} data-soon={most - state.seconds < 15} role="timer" aria-label={t("voice.recording", { time: clock(state.seconds) })}>{clock(state.seconds)} / {clock(most)}</span>
          <Button kind="primary" small autoFocus icon={<IconPlayerStop size={15} />} onClick={() => void stop()}>{t("voice.stop")}</Button>
        </>
      ) : null}
      {state.is === "ready" ? <Review made={state.made} url={state.url} channel={channel} asFile={asFile} onSend={onSend} onAgain={() => setTurn(turn + 1)} /> : null}
    </div>
  );
}

/** How loud it has been, newest at the right. */
function Level({ levels }: { levels: readonly number[] }) {
  return (
    <svg className={css.level} viewBox={`0 0 ${SHOWN * 4} 32`} preserveAspectRatio="none" aria-hidden>
      {levels.map((one, index) => {
        const tall = Math.max(2, Math.min(30, Math.sqrt(one) * 60));
        return <rect key={index} x={(SHOWN - levels.length + index) * 4 + 0.5} y={16 - tall / 2} width={2.4} height={tall} rx={1.2} />;
      })}
    </svg>
  );
}

interface ReviewProps { made: Recorded; url: string; channel: string; asFile: boolean; onSend: (note: Note) => void; onAgain: () => void }

function Review({ made, url, channel, asFile, onSend, onAgain }: ReviewProps) {
  const t = useT();
  const [part, setPart] = useState<number | null>(null);
  const heard = {
    id: "new", name: made.file.name, media_type: made.file.type, size_bytes: made.file.size, url, inline: false, content_id: "", width: null, height: null, state: "stored" as const,
  };
  function leave(): void {
    setPart(0);
    upload<StoredFile>(made.file, setPart).then(
      (file) => onSend({ file, seconds: made.seconds, peaks: made.peaks, is_voice: made.is_voice }),
      () => { setPart(null); say(t("composer.upload_failed", { name: made.file.name }), { kind: "error" }); });
  }
  return (
    <>
      <span className={css.heard}><VoiceNote file={heard} peaks={made.peaks} seconds={made.seconds} orElse={<span className={css.words}>{made.file.name}</span>} /></span>
      <IconButton label={t("voice.again")} onClick={onAgain}><IconRotateClockwise size={17} /></IconButton>
      <Button kind="primary" autoFocus busy={part !== null} icon={<IconSend size={15} />} onClick={leave}>{t("composer.send")}</Button>
      {asFile || !made.is_voice ? <p className={css.note}>{t(made.is_voice ? "voice.as_file" : "voice.other_form", { channel })}</p> : null}
    </>
  );
}
