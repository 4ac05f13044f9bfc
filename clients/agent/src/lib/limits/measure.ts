/** How long a text is in the units channels count, and where it may be cut; the server counts the same way. Pure. */
export type Unit = "chars" | "utf16" | "utf8_bytes" | "gsm7_segments";

// Source: 3GPP TS 23.038, the basic table and its extension.
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENDED = new Set("\f^{}\\[~]|€");
const GSM = { alone: 160, each: 153 };
const WIDE = { alone: 70, each: 67 };
const encoder = new TextEncoder();

/** Counts a text as it grows. */
export class Ruler {
  private count = 0;
  private septets = 0;
  private gsm = true;

  constructor(private readonly unit: Unit) {}

  /** Takes more text in; answers the length of all so far. */
  add(text: string): number {
    switch (this.unit) {
      case "chars": this.count += [...text].length; break;
      case "utf8_bytes": this.count += encoder.encode(text).length; break;
      case "utf16": this.count += text.length; break;
      case "gsm7_segments": return this.segments(text);
    }
    return this.count;
  }

  private segments(text: string): number {
    this.count += text.length;
    if (this.gsm) {
      const signs = [...text];
      this.gsm = signs.every((one) => BASIC.has(one) || EXTENDED.has(one));
      this.septets += signs.reduce((sum, one) => sum + (BASIC.has(one) ? 1 : 2), 0);
    }
    return this.gsm ? pieces(this.septets, GSM) : pieces(this.count, WIDE);
  }

  /** Of segments: how many signs are left in the last one. */
  get room(): number {
    const [used, size] = this.gsm ? [this.septets, GSM] : [this.count, WIDE];
    return used <= size.alone ? size.alone - used : (size.each - (used % size.each)) % size.each;
  }
}

const pieces = (units: number, { alone, each }: { alone: number; each: number }): number =>
  units <= alone ? (units ? 1 : 0) : Math.ceil(units / each);

export const length = (text: string, unit: Unit): number => new Ruler(unit).add(text);

/** How many of the first signs fit together. */
export function fitting(signs: readonly string[], most: number, unit: Unit): number {
  const ruler = new Ruler(unit);
  let count = 0;
  for (const one of signs) {
    if (ruler.add(one) > most) break;
    count += 1;
  }
  return count;
}

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter("en", { granularity: "grapheme" }) : null;
const graphemes = (text: string): string[] => (segmenter ? Array.from(segmenter.segment(text), (one) => one.segment) : [...text]);

/** A text cut into pieces of at most `most`, between paragraphs, lines, sentences or words; together they are the text. */
export function cut(text: string, most: number, unit: Unit): string[] {
  if (!text || length(text, unit) <= most) return text ? [text] : [];
  const signs = graphemes(text).flatMap((sign) => (length(sign, unit) <= most ? [sign] : [...sign]));
  const found: string[] = [];
  for (let start = 0; start < signs.length;) {
    const room = signs.slice(start, start + most * (unit === "gsm7_segments" ? 160 : 1));
    let count = Math.max(1, fitting(room, most, unit));
    if (start + count < signs.length) count = border(room.slice(0, count));
    found.push(room.slice(0, count).join(""));
    start += count;
  }
  return found;
}

const ENDS = new Set(".!?…。！？");

/** After how many signs to cut; a border in the first half would leave a stump. */
function border(signs: readonly string[]): number {
  const half = Math.floor(signs.length / 2);
  const last = { paragraph: 0, line: 0, sentence: 0, word: 0 };
  for (let at = 1; at < signs.length; at += 1) {
    const [before, sign] = [signs[at - 1]!, signs[at]!];
    if (sign === "\n") last[before === "\n" ? "paragraph" : "line"] = at + 1;
    else if (/^\s+$/.test(sign)) last[ENDS.has([...before].at(-1) ?? "") ? "sentence" : "word"] = at + 1;
  }
  for (const one of [last.paragraph, last.line, last.sentence]) if (one > half) return one;
  return Math.max(...Object.values(last)) || signs.length;
}
