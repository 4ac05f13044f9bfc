/** What the shape of a sound is drawn from. Pure. */

/** The loudest of each stretch, 0 to 1, for so many bars; the loudest of all is 1. */
export function bars(levels: ArrayLike<number>, count: number): readonly number[] {
  const stretch = levels.length / count;
  const found = Array.from({ length: count }, (_, bar) => {
    let most = 0;
    const end = Math.min(levels.length, Math.ceil((bar + 1) * stretch));
    for (let at = Math.floor(bar * stretch); at < end; at += 1) most = Math.max(most, Math.abs(levels[at] ?? 0));
    return most;
  });
  const loudest = Math.max(...found, Number.EPSILON);
  return found.map((each) => each / loudest);
}

/** Minutes and seconds. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
