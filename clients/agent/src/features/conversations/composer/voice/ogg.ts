/**
 * Opus out of the container browsers record in (WebM) into the one phones and channels take (Ogg): the sound itself is
 * not touched. Pure.
 * Source: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), RFC 8794 and RFC 9559 (EBML, Matroska).
 */

const ID = { segment: 0x18538067, cluster: 0x1f43b675, tracks: 0x1654ae6b, entry: 0xae, codec: 0x86, private: 0x63a2, simple: 0xa3, group: 0xa0, block: 0xa1 };
const INSIDE = new Set([ID.segment, ID.cluster, ID.tracks, ID.entry, ID.group]);

interface Opus { head: Uint8Array; packets: Uint8Array[] }

/** The sound of a WebM recording as Ogg; null where there is no Opus in it. */
export function oggOf(webm: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const found = opusIn(webm);
  return found && found.packets.length > 0 ? pagesOf(found) : null;
}

/** How many 48 kHz samples a packet holds, by its first two bytes. */
export function samplesOf(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const config = toc >> 3;
  const frame = config < 12 ? [480, 960, 1920, 2880][config & 3]! : config < 16 ? [480, 960][config & 1]! : [120, 240, 480, 960][config & 3]!;
  const code = toc & 3;
  return frame * (code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 63 : 2);
}

function opusIn(webm: Uint8Array): Opus | null {
  const found: { head: Uint8Array | null; codec: string; packets: Uint8Array[] } = { head: null, codec: "", packets: [] };
  walk(webm, 0, webm.length, (id, body) => {
    if (id === ID.codec) found.codec = new TextDecoder().decode(body);
    else if (id === ID.private) found.head = body;
    else if (id === ID.simple || id === ID.block) {
      const [, size] = number(body, 0);
      // Track, moment, flags; recorders lace nothing.
      if (((body[size + 2] ?? 0) & 6) === 0) found.packets.push(body.subarray(size + 3));
    }
  });
  return found.codec.startsWith("A_OPUS") && found.head ? { head: found.head, packets: found.packets } : null;
}

function walk(data: Uint8Array, from: number, to: number, take: (id: number, body: Uint8Array) => void): void {
  let at = from;
  while (at < to) {
    const [id, idSize] = number(data, at, true);
    const [length, lengthSize] = number(data, at + idSize);
    if (idSize === 0 || lengthSize === 0) return;
    const start = at + idSize + lengthSize;
    // Recorders leave lengths out: such an element goes on to the end, and so do those inside of it.
    const end = length === null ? to : Math.min(to, start + length);
    if (INSIDE.has(id ?? 0)) walk(data, start, end, take);
    else take(id ?? 0, data.subarray(start, end));
    at = end;
  }
}

/** A number whose first byte tells its length; null: left open. keepMark: as ids are written. */
function number(data: Uint8Array, at: number, keepMark = false): [number | null, number] {
  const first = data[at];
  if (!first) return [null, 0];
  const size = Math.clz32(first) - 23;
  let value = keepMark ? first : first & (0xff >> size);
  let open = !keepMark && value === 0xff >> size;
  for (let next = 1; next < size; next += 1) {
    const byte = data[at + next] ?? 0;
    open &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return [open ? null : value, size];
}

const SERIAL = 0x68696c6f;
const MOST_SEGMENTS = 255;
const PAGE_PACKETS = 50;

function pagesOf({ head, packets }: Opus): Uint8Array<ArrayBuffer> {
  const skip = (head[10] ?? 0) | ((head[11] ?? 0) << 8);
  const pages = [page([head], { flags: 2, position: 0, sequence: 0 }), page([tags()], { flags: 0, position: 0, sequence: 1 })];
  let position = skip;
  let batch: Uint8Array[] = [];
  let segments = 0;
  const flush = (flags: number): void => {
    pages.push(page(batch, { flags, position, sequence: pages.length }));
    batch = [];
    segments = 0;
  };
  for (const packet of packets) {
    const wanted = Math.floor(packet.length / 255) + 1;
    if (batch.length === PAGE_PACKETS || segments + wanted > MOST_SEGMENTS) flush(0);
    batch.push(packet);
    segments += wanted;
    position += samplesOf(packet);
  }
  flush(4);
  const whole = new Uint8Array(pages.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of pages) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}

function tags(): Uint8Array {
  const vendor = new TextEncoder().encode("Hilo");
  const made = new Uint8Array(8 + 4 + vendor.length + 4);
  made.set(new TextEncoder().encode("OpusTags"));
  new DataView(made.buffer).setUint32(8, vendor.length, true);
  made.set(vendor, 12);
  return made;
}

function page(packets: readonly Uint8Array[], { flags, position, sequence }: { flags: number; position: number; sequence: number }): Uint8Array {
  const lacing = packets.flatMap((one) => [...Array.from({ length: Math.floor(one.length / 255) }, () => 255), one.length % 255]);
  const size = packets.reduce((sum, one) => sum + one.length, 0);
  const made = new Uint8Array(27 + lacing.length + size);
  const view = new DataView(made.buffer);
  made.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
  view.setBigUint64(6, BigInt(position), true);
  view.setUint32(14, SERIAL, true);
  view.setUint32(18, sequence, true);
  made[26] = lacing.length;
  made.set(lacing, 27);
  let at = 27 + lacing.length;
  for (const one of packets) {
    made.set(one, at);
    at += one.length;
  }
  view.setUint32(22, checksum(made), true);
  return made;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

function checksum(data: Uint8Array): number {
  let value = 0;
  for (const byte of data) value = (value << 8) ^ TABLE[((value >>> 24) ^ byte) & 0xff]!;
  return value >>> 0;
}

