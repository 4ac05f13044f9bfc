/** A voice note one can listen to: play, its shape, how long. Loaded with the first one. */

import { Component, h } from "preact";
import css from "./player.css?inline";
import { bars, clock } from "./sounds";
import type { T } from "./t";
import { adopt } from "./ui/adopt";
import { Icon } from "./ui/icons";

adopt(css);

const BARS = 36;
const PLAY = "M8 5.5v13l10.5-6.5Z";
const PAUSE = "M8.5 5.5v13M15.5 5.5v13";
const LARGEST_BYTES = 4_000_000;
/** Another one that begins lets it rest. */
let playing: HTMLAudioElement | undefined;

/** content: what was just recorded; else the sound is fetched, if it is of a size one may fetch to draw it. */
type Props = { readonly url: string; readonly bytes: number; readonly content?: Blob; readonly t: T };
type State = { readonly isOn: boolean; readonly at: number; readonly length: number; readonly shape: readonly number[] };

export class Player extends Component<Props, State> {
  override state: State = { isOn: false, at: 0, length: 0, shape: Array.from({ length: BARS }, () => 0) };
  readonly #audio = new Audio();
  #wanted = "";

  override componentDidMount(): void {
    const audio = this.#audio;
    audio.preload = "none";
    audio.src = this.#wanted = this.props.url;
    audio.onplay = () => this.setState({ isOn: true });
    audio.onpause = () => this.setState({ isOn: false });
    audio.ontimeupdate = () => this.setState({ at: audio.currentTime });
    audio.onended = () => this.setState({ isOn: false, at: 0 });
    if (this.props.bytes <= LARGEST_BYTES) void this.#hear().catch(() => undefined);
  }

  override componentWillUnmount(): void {
    this.#wanted = "";
    this.#audio.pause();
  }

  /** Reads shape and length from the sound itself: recorders leave the length out. */
  async #hear(): Promise<void> {
    const url = this.#wanted;
    const content = await (this.props.content ?? (await fetch(url))).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(content);
    if (this.#wanted === url) this.setState({ length: sound.duration, shape: bars(sound.getChannelData(0), BARS) });
  }

  #toggle(): void {
    const audio = this.#audio;
    if (!audio.paused) return audio.pause();
    if (playing !== audio) playing?.pause();
    playing = audio;
    void audio.play().catch(() => this.setState({ isOn: false }));
  }

  render({ t }: Props, { isOn, at, length, shape }: State) {
    const part = length > 0 ? at / length : 0;
    return (
      <div class="voice">
        <button type="button" aria-label={t(isOn ? "voice_pause" : "voice_play")} onClick={() => this.#toggle()}>
          <Icon path={isOn ? PAUSE : PLAY} />
        </button>
        <Shape shape={shape} part={part} />
        <time>{clock(isOn || at > 0 ? at : length)}</time>
      </div>
    );
  }
}

/** part: how much of it was heard, 0 to 1. */
export function Shape({ shape, part }: { readonly shape: readonly number[]; readonly part: number }) {
  return (
    <svg class="shape" viewBox={`0 0 ${shape.length * 4} 32`} preserveAspectRatio="none" aria-hidden="true">
      {shape.map((each, place) => {
        const tall = Math.max(2, each * 28);
        return <rect key={place} data-heard={(place + 0.5) / shape.length <= part} x={place * 4 + 0.5} y={16 - tall / 2} width="2.6" height={tall} rx="1.3" />;
      })}
    </svg>
  );
}
