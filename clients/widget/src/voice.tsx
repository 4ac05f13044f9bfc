/** A voice note: record it, see that one is heard, listen to it, send it or throw it away. Loaded on first use. */

import { h } from "preact";
import { Player, Shape } from "./Player";
import { clock } from "./sounds";
import type { TextKey } from "./t";
import { Icon } from "./ui/icons";
import type { View } from "./ui/ui";

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_S = 32_000;
const LONGEST_S = 300;
const EVERY_MS = 100;
const SHOWN = 40;
const BIN = "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7";
const STOP = "M7.5 7.5h9v9h-9Z";

type Note = { readonly blob: Blob; readonly url: string; isLeaving: boolean };

let recorder: MediaRecorder | undefined;
let release = () => {};
let levels: readonly number[] = [];
let seconds = 0;
let note: Note | undefined;

/** Asks for the microphone and begins; a refusal is explained where one writes. */
export async function record(view: View): Promise<void> {
  const { set, t } = view;
  set({ problem: "" });
  const kind = globalThis.MediaRecorder && KINDS.find((each) => MediaRecorder.isTypeSupported(each));
  if (!kind || !navigator.mediaDevices) return set({ problem: t("voice_none") });
  try {
    listen(await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } }), kind, view);
  } catch (error) {
    return set({ problem: t(why(error)) });
  }
  set({ foot: Recorder });
  document.querySelector<HTMLElement>(".recorder .send")?.focus();
}

/** Why there is no recording, in words. */
export function why(error: unknown): TextKey {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "voice_refused";
  return name === "NotFoundError" ? "voice_missing" : "voice_none";
}

function listen(stream: MediaStream, kind: string, view: View): void {
  const chunks: Blob[] = [];
  const made = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: BITS_PER_S });
  const sound = new AudioContext();
  const ear = sound.createAnalyser();
  sound.createMediaStreamSource(stream).connect(ear);
  const wave = new Float32Array(ear.fftSize);
  const began = performance.now();
  levels = [];
  seconds = 0;
  const timer = setInterval(() => {
    ear.getFloatTimeDomainData(wave);
    levels = [...levels, Math.sqrt(wave.reduce((sum, each) => sum + each * each, 0) / wave.length)].slice(-SHOWN);
    seconds = (performance.now() - began) / 1000;
    if (seconds >= LONGEST_S) made.stop();
    view.set({});
  }, EVERY_MS);
  release = () => {
    clearInterval(timer);
    for (const each of stream.getTracks()) each.stop();
    void sound.close();
    release = () => {};
  };
  made.ondataavailable = ({ data }) => chunks.push(data);
  made.onstop = () => {
    release();
    if (recorder !== made) return; // thrown away
    recorder = undefined;
    const blob = new Blob(chunks, { type: kind.split(";")[0] ?? kind });
    note = { blob, url: URL.createObjectURL(blob), isLeaving: false };
    view.set({});
    document.querySelector<HTMLElement>(".recorder .send")?.focus();
  };
  recorder = made;
  made.start();
}

/** Back to the place to write, whatever was recorded. */
function away({ set }: View): void {
  const running = recorder;
  recorder = undefined;
  running?.stop();
  release();
  if (note) URL.revokeObjectURL(note.url);
  note = undefined;
  set({ foot: undefined });
  document.querySelector("textarea")?.focus();
}

async function send(view: View): Promise<void> {
  const { chat, set, t } = view;
  if (!note || note.isLeaving) return;
  note.isLeaving = true;
  set({ problem: "" });
  const ending = note.blob.type === "audio/mp4" ? "m4a" : (note.blob.type.split("/")[1] ?? "webm");
  const name = `${t("voice_name")}.${ending}`;
  const answer = await chat.doors.post(`files?name=${encodeURIComponent(name)}`, note.blob);
  if (answer?.ok) {
    chat.send("", [await answer.json()]);
    away(view);
  } else {
    note.isLeaving = false;
    set({ problem: t("file_failed", { name }) });
  }
}

function Recorder({ view }: { readonly view: View }) {
  const { ui, t } = view;
  const shape = [...Array.from({ length: SHOWN - levels.length }, () => 0), ...levels.map((each) => Math.min(1, Math.sqrt(each) * 2))];
  return (
    <div
      class="recorder"
      role="group"
      aria-label={t("voice_record")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation(); // the panel itself stays
        away(view);
      }}
    >
      <button type="button" aria-label={t("voice_drop")} title={t("voice_drop")} onClick={() => away(view)}>
        <Icon path={BIN} />
      </button>
      {ui.problem ? (
        <p class="problem" role="alert">
          {ui.problem}
        </p>
      ) : note ? (
        <Player url={note.url} bytes={note.blob.size} content={note.blob} t={t} />
      ) : (
        [<i key="dot" aria-hidden="true" />, <Shape key="shape" shape={shape} part={1} />, <time key="time">{clock(seconds)}</time>]
      )}
      {note ? (
        <button type="button" class="send" aria-label={t("send")} aria-busy={note.isLeaving} onClick={() => void send(view)}>
          <Icon name="send" />
        </button>
      ) : (
        <button type="button" class="send" aria-label={t("voice_stop")} title={t("voice_stop")} onClick={() => recorder?.stop()}>
          <Icon path={STOP} />
        </button>
      )}
    </div>
  );
}
