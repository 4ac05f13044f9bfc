/** A recording: what the browser can make, how loud it is, and what it becomes. Knows no screen. */
import { shapeOf } from "@ui/message/content/waveform";
import { oggOf } from "./ogg";

export const MOST_S = 300;
const BITS_PER_S = 32_000;
const PEAKS = 64;
/** What phones play as a voice note first; the second becomes it without loss. */
const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"] as const;
const LEVEL_MS = 60;

/** is_voice: in the form that channels take as a voice note; else it is a sound file. */
export interface Recorded { file: File; seconds: number; peaks: number[]; is_voice: boolean }
export type Trouble = "denied" | "missing" | "insecure" | "unsupported" | "failed";

export function kindOf(supported: (kind: string) => boolean): string | null {
  return KINDS.find(supported) ?? null;
}

/** The name says when it was recorded, as files of one day would be alike otherwise. */
export function fileOf(bytes: Uint8Array<ArrayBuffer>, kind: string, at: Date): { file: File; is_voice: boolean } {
  const name = `voice-${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}`;
  const ogg = kind.startsWith("audio/ogg") ? bytes : kind.startsWith("audio/webm") ? oggOf(bytes) : null;
  if (ogg) return { file: new File([ogg], `${name}.ogg`, { type: "audio/ogg" }), is_voice: true };
  const [type = "", end = "webm"] = [kind.split(";")[0], kind.startsWith("audio/mp4") ? "m4a" : "webm"];
  return { file: new File([bytes], `${name}.${end}`, { type }), is_voice: false };
}

export function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "NotReadableError" ? "missing" : "failed";
}

/** How long a channel lets it be, by how large its files may be. */
export const longest = (bytes: number): number => Math.max(1, Math.min(MOST_S, Math.floor((bytes * 8) / BITS_PER_S)));

export class Recording {
  readonly levels: number[] = [];
  private readonly chunks: Blob[] = [];
  private readonly began = performance.now();
  private readonly timer: ReturnType<typeof setInterval>;

  private constructor(
    private readonly stream: MediaStream, private readonly recorder: MediaRecorder, private readonly sound: AudioContext, onLevel: () => void,
  ) {
    const ear = sound.createAnalyser();
    ear.fftSize = 1024;
    sound.createMediaStreamSource(stream).connect(ear);
    const wave = new Float32Array(ear.fftSize);
    this.timer = setInterval(() => {
      ear.getFloatTimeDomainData(wave);
      this.levels.push(Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length));
      onLevel();
    }, LEVEL_MS);
    recorder.addEventListener("dataavailable", ({ data }) => data.size && this.chunks.push(data));
    recorder.start(1000);
  }

  /** Asks for the microphone and begins. Throws a Trouble. */
  static async begin(onLevel: () => void): Promise<Recording> {
    if (!isSecureContext || !navigator.mediaDevices) throw "insecure" satisfies Trouble;
    const kind = "MediaRecorder" in globalThis ? kindOf((one) => MediaRecorder.isTypeSupported(one)) : null;
    if (!kind) throw "unsupported" satisfies Trouble;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
      return new Recording(stream, new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: BITS_PER_S }), new AudioContext(), onLevel);
    } catch (error) {
      throw troubleOf(error);
    }
  }

  get seconds(): number {
    return (performance.now() - this.began) / 1000;
  }

  /** Ends it; null when nothing was heard. */
  async end(): Promise<Recorded | null> {
    const { seconds } = this;
    const stopped = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await stopped;
    this.drop();
    const bytes = new Uint8Array(await new Blob(this.chunks).arrayBuffer());
    if (bytes.length === 0) return null;
    return { ...fileOf(bytes, this.recorder.mimeType, new Date()), seconds: Math.round(seconds * 10) / 10, peaks: shapeOf(this.levels, PEAKS) };
  }

  /** Lets the microphone go. */
  drop(): void {
    clearInterval(this.timer);
    if (this.recorder.state !== "inactive") this.recorder.stop();
    for (const track of this.stream.getTracks()) track.stop();
    void this.sound.close().catch(() => undefined);
  }
}
