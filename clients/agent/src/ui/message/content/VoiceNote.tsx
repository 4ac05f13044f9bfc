/** A voice note: play, where one is, how long; arrows go back and forth. */
import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";
import type { Attachment } from "@shared/types";
import { useT } from "@lib/i18n";
import { IconPlayerPause, IconPlayerPlay } from "../../icons";
import { BARS, fitted, hear, type Heard } from "./waveform";
import css from "./VoiceNote.module.css";

/** orElse: what stands there when it cannot be played. */
interface Props { file: Attachment; peaks: readonly number[]; seconds: number | null; orElse: ReactNode }

const STEP_S = 5;
const SPEEDS = [1, 1.5, 2] as const;
const SPEED_KEY = "hilo.voice.speed";
/** The last one chosen stays, for whoever listens to many. */
const speedKept = (): number => SPEEDS.find((one) => String(one) === localStorage.getItem(SPEED_KEY)) ?? 1;
const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** What is playing: another note that begins lets it rest. */
let playing: HTMLAudioElement | null = null;

export default function VoiceNote({ file, peaks, seconds, orElse }: Props) {
  const t = useT();
  const sound = useRef<HTMLAudioElement>(null);
  const heard = useHeard(file, peaks);
  const [on, setOn] = useState(false);
  const [at, setAt] = useState(0);
  const [told, setTold] = useState(seconds ?? 0);
  const [broken, setBroken] = useState(false);
  const [speed, setSpeed] = useState(speedKept);
  const shown = `${new Intl.NumberFormat(t.locale).format(speed)}×`;
  if (broken || !file.url || file.state !== "stored") return orElse;

  function toggle(): void {
    const element = sound.current!;
    if (!element.paused) {
      element.pause();
      return;
    }
    if (playing && playing !== element) playing.pause();
    playing = element;
    element.playbackRate = speed;
    void element.play().catch(() => setBroken(true));
  }
  function faster(): void {
    const next = SPEEDS[(SPEEDS.indexOf(speed as 1) + 1) % SPEEDS.length]!;
    localStorage.setItem(SPEED_KEY, String(next));
    setSpeed(next);
    sound.current!.playbackRate = next;
  }
  /** Recorders leave the length out: then it is as long as what was heard through, or as the browser finds while playing. */
  const long = (): void => {
    const found = sound.current?.duration ?? NaN;
    if (Number.isFinite(found) && found > 0) setTold(found);
  };
  const known = told || heard.seconds;
  const part = known ? Math.min(1, at / known) : 0;
  return (
    <div className={css.voice}>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- somebody's voice comes without captions */}
      <audio ref={sound} src={file.url} preload="metadata" onPlay={() => setOn(true)} onPause={() => setOn(false)} onError={() => setBroken(true)}
        onLoadedMetadata={long} onDurationChange={long} onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onEnded={() => { setOn(false); setAt(0); }} />
      <button type="button" className={css.play} aria-label={t(on ? "content.pause" : "content.play")} onClick={toggle}>
        {on ? <IconPlayerPause size={18} stroke={2} aria-hidden /> : <IconPlayerPlay size={18} stroke={2} aria-hidden />}
      </button>
      <span className={css.wave} style={{ "--part": part } as CSSProperties}>
        <svg viewBox={`0 0 ${BARS * 4} 32`} preserveAspectRatio="none" aria-hidden>
          {heard.bars.map((height, index) => {
            const tall = Math.max(2, (height / 100) * 30);
            return <rect key={index} data-past={(index + 0.5) / BARS <= part} x={index * 4 + 0.5} y={16 - tall / 2} width={2.4} height={tall} rx={1.2} />;
          })}
        </svg>
        <input type="range" min={0} max={known || 1} step={0.1} value={Math.min(at, known || 1)} aria-label={t("content.seek")}
          aria-valuetext={`${clock(at)} / ${clock(known)}`}
          onKeyDown={(event) => {
            const to = { ArrowRight: STEP_S, ArrowLeft: -STEP_S }[event.key];
            if (to === undefined) return;
            event.preventDefault();
            sound.current!.currentTime = Math.max(0, Math.min(known, at + to));
          }}
          onChange={(event) => { sound.current!.currentTime = Number(event.target.value); }} />
      </span>
      <span className={css.time}>{clock(on || at ? at : known)}</span>
      <button type="button" className={css.speed} aria-label={t("content.speed", { speed: shown })} title={t("content.speed", { speed: shown })} onClick={faster}>{shown}</button>
    </div>
  );
}

const FLAT: Heard = { bars: Array.from({ length: BARS }, () => 0), seconds: 0 };

/** The drawn heights: the vendor's, else from the sound itself, heard when the page has nothing else to do. */
function useHeard(file: Attachment, peaks: readonly number[]): Heard {
  const given = fitted(peaks);
  const [heard, setHeard] = useState<Heard | null>(null);
  const wanted = given.length === 0 && file.state === "stored" && file.url !== "";
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    const timer = setTimeout(() => void hear(file.url, file.size_bytes).then((found) => !gone && found && setHeard(found)), 200);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [wanted, file.url, file.size_bytes]);
  return given.length ? { bars: given, seconds: 0 } : (heard ?? FLAT);
}
