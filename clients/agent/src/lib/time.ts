/** Moments as people write them, by Intl. */
import type { T } from "@shared/t";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const made = new Map<string, Intl.DateTimeFormat>();
function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let one = made.get(key);
  if (!one) made.set(key, (one = new Intl.DateTimeFormat(locale, options)));
  return one;
}

export function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

export function clock(t: T, at: Date): string {
  return format(t.locale, { hour: "numeric", minute: "2-digit" }).format(at);
}

/** For a row: minutes, then the clock, then the day. */
export function brief(t: T, instant: string, now = new Date()): string {
  const at = new Date(instant);
  const passed = now.getTime() - at.getTime();
  if (passed < MINUTE && passed > -MINUTE) return t("common.now");
  if (passed > 0 && passed < HOUR) return span(t, passed);
  if (sameDay(at, now)) return clock(t, at);
  if (sameDay(at, new Date(now.getTime() - DAY))) return t("common.yesterday");
  if (passed > 0 && passed < 6 * DAY) return format(t.locale, { weekday: "short" }).format(at);
  if (at.getFullYear() === now.getFullYear()) return format(t.locale, { day: "numeric", month: "short" }).format(at);
  return format(t.locale, { day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** For a message: the day when it is not today, and the clock. */
export function moment(t: T, instant: string, now = new Date()): string {
  const at = new Date(instant);
  if (sameDay(at, now)) return clock(t, at);
  if (sameDay(at, new Date(now.getTime() - DAY))) return `${t("common.yesterday")} ${clock(t, at)}`;
  const near = Math.abs(now.getTime() - at.getTime()) < 6 * DAY;
  const day: Intl.DateTimeFormatOptions = near ? { weekday: "long" } : {
    day: "numeric", month: "short", ...(at.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }) };
  return `${format(t.locale, day).format(at)} ${clock(t, at)}`;
}

/** Exactly, for titles and tables. */
export function exact(t: T, instant: string): string {
  return format(t.locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

export function date(t: T, instant: string): string {
  return format(t.locale, { dateStyle: "medium" }).format(new Date(instant));
}

/** How long: "5 min", "3 h", "2 d". */
export function span(t: T, ms: number): string {
  const [unit, size]: [string, number] = ms < HOUR ? ["minute", MINUTE] : ms < DAY ? ["hour", HOUR] : ["day", DAY];
  const value = Math.max(unit === "minute" ? 1 : 0, Math.floor(ms / size));
  return new Intl.NumberFormat(t.locale, { style: "unit", unit, unitDisplay: unit === "day" ? "long" : "short" }).format(value);
}

export function ago(t: T, instant: string, now = new Date()): string {
  const ms = now.getTime() - new Date(instant).getTime();
  if (ms < MINUTE) return t("common.now");
  const [unit, size]: [Intl.RelativeTimeFormatUnit, number] =
    ms < HOUR ? ["minute", MINUTE] : ms < DAY ? ["hour", HOUR] : ["day", DAY];
  if (ms > 30 * DAY) return date(t, instant);
  return new Intl.RelativeTimeFormat(t.locale, { numeric: "auto" }).format(-Math.floor(ms / size), unit);
}

/** Their clock now, when we know where they are. */
export function clockIn(t: T, zone: string, now = new Date()): string | null {
  try {
    return new Intl.DateTimeFormat(t.locale, { hour: "numeric", minute: "2-digit", timeZone: zone }).format(now);
  } catch {
    return null;
  }
}

export function bytes(t: T, size: number): string {
  const mega = size >= 1_000_000;
  const value = mega ? size / 1_000_000 : Math.max(1, size / 1000);
  const text = new Intl.NumberFormat(t.locale, { maximumFractionDigits: mega && value < 10 ? 1 : 0 }).format(value);
  return t(mega ? "files.unit_mb" : "files.unit_kb", { size: text });
}
