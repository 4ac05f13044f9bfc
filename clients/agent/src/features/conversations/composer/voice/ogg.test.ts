import { describe, expect, it } from "vitest";
import { oggOf, samplesOf } from "./ogg";

const bytes = (...parts: (number | string | Uint8Array | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((one) => (typeof one === "number" ? [one] : typeof one === "string" ? [...new TextEncoder().encode(one)] : [...one])));
const element = (id: number[], body: Uint8Array, open = false): Uint8Array =>
  bytes(id, open ? 0xff : [0x40 | (body.length >> 8), body.length & 0xff], body);

const HEAD = bytes("OpusHead", 1, 1, 0x38, 0x01, [0x80, 0xbb, 0, 0], 0, 0, 0);
/** 20 ms each: configuration 31, one frame. */
const packet = (size: number, fill: number): Uint8Array => Uint8Array.from([0xf8, ...Array.from({ length: size - 1 }, () => fill)]);

function webm(packets: Uint8Array[], codec = "A_OPUS"): Uint8Array {
  const entry = element([0xae], bytes(element([0x86], bytes(codec)), element([0x63, 0xa2], HEAD)));
  const blocks = packets.map((one) => element([0xa3], bytes(0x81, 0, 0, 0x80, one)));
  const cluster = element([0x1f, 0x43, 0xb6, 0x75], bytes(...blocks), true);
  return bytes(element([0x1a, 0x45, 0xdf, 0xa3], bytes(0)), element([0x18, 0x53, 0x80, 0x67], bytes(element([0x16, 0x54, 0xae, 0x6b], entry), cluster), true));
}

interface Page { flags: number; position: number; sequence: number; packets: number[] }
function pagesIn(ogg: Uint8Array): Page[] {
  const view = new DataView(ogg.buffer);
  const found: Page[] = [];
  for (let at = 0; at < ogg.length;) {
    expect(new TextDecoder().decode(ogg.subarray(at, at + 4))).toBe("OggS");
    const lacing = [...ogg.subarray(at + 27, at + 27 + ogg[at + 26]!)];
    const packets: number[] = [];
    let size = 0;
    for (const one of lacing) {
      size += one;
      if (one < 255) {
        packets.push(size);
        size = 0;
      }
    }
    found.push({ flags: ogg[at + 5]!, position: Number(view.getBigUint64(at + 6, true)), sequence: view.getUint32(at + 18, true), packets });
    at += 27 + lacing.length + lacing.reduce((sum, one) => sum + one, 0);
  }
  return found;
}

describe("a recording", () => {
  it("is put into Ogg packet by packet, with its length", () => {
    const ogg = oggOf(webm([packet(10, 1), packet(255, 2), packet(300, 3)]))!;
    expect(pagesIn(ogg)).toEqual([
      { flags: 2, position: 0, sequence: 0, packets: [HEAD.length] },
      { flags: 0, position: 0, sequence: 1, packets: [20] },
      { flags: 4, position: 312 + 3 * 960, sequence: 2, packets: [10, 255, 300] },
    ]);
  });

  it("goes over several pages, numbered in order", () => {
    const pages = pagesIn(oggOf(webm(Array.from({ length: 120 }, (_, at) => packet(60, at & 0xff))))!);
    expect(pages.map((one) => one.packets.length)).toEqual([1, 1, 50, 50, 20]);
    expect(pages.map((one) => one.sequence)).toEqual([0, 1, 2, 3, 4]);
    expect(pages.at(-1)?.position).toBe(312 + 120 * 960);
  });

  it("is refused when it is something else, empty or cut short", () => {
    expect(oggOf(webm([packet(9, 1)], "A_VORBIS"))).toBeNull();
    expect(oggOf(webm([]))).toBeNull();
    expect(oggOf(new Uint8Array())).toBeNull();
    expect(oggOf(bytes("not a recording at all"))).toBeNull();
    expect(oggOf(webm([packet(40, 1), packet(40, 2)]).subarray(0, -20))).not.toBeNull();
  });

  it("tells how long its packets are", () => {
    expect([0x08, 0x78, 0xf8, 0xf9].map((toc) => samplesOf(Uint8Array.of(toc)))).toEqual([960, 960, 960, 1920]);
    expect(samplesOf(Uint8Array.of(0xfb, 3))).toBe(2880);
  });
});
