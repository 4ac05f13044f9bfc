/** The drawn shape of a sound: few heights from many samples. */

export const BARS = 48;
/** Longer sounds are not decoded only to be drawn. */
const MOST_BYTES = 3_000_000;

/** The loudest of each stretch, 0-100, the loudest of all at 100. */
export function shapeOf(samples: ArrayLike<number>, bars = BARS): number[] {
  if (samples.length === 0) return [];
  const size = samples.length / bars;
  const heights = Array.from({ length: bars }, (_, bar) => {
    let most = 0;
    for (let at = Math.floor(bar * size); at < Math.min(samples.length, Math.ceil((bar + 1) * size)); at += 1) most = Math.max(most, Math.abs(samples[at]!));
    return most;
  });
  return scaled(heights);
}

function scaled(heights: readonly number[]): number[] {
  const most = Math.max(...heights, 0);
  return heights.map((one) => (most ? Math.round((one / most) * 100) : 0));
}

/** Peaks a vendor gave, at as many bars as are drawn. */
export function fitted(peaks: readonly number[], bars = BARS): number[] {
  return peaks.length === 0 ? [] : scaled(Array.from({ length: bars }, (_, bar) => peaks[Math.floor((bar * peaks.length) / bars)]!));
}

export interface Heard { bars: readonly number[]; seconds: number }

/** Hears a file through; null where it cannot be read. */
export async function hear(url: string, size: number): Promise<Heard | null> {
  if (size > MOST_BYTES || !("OfflineAudioContext" in globalThis)) return null;
  try {
    const bytes = await (await fetch(url)).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(bytes);
    return { bars: shapeOf(sound.getChannelData(0)), seconds: sound.duration };
  } catch {
    return null;
  }
}
