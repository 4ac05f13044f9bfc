/** Times as people type them, in three languages: "friday 9am", "viernes 9h", "sexta 9h", "in 2 hours". Pure. */
export type SnoozeWords = "later" | "tomorrow" | "weekend" | "monday";

const MORNING = 9;
const WEEKDAYS: readonly RegExp[] = [
  /^(sun(day)?|dom(ingo)?)$/, /^(mon(day)?|lun(es)?|seg(unda)?(-feira)?)$/, /^(tue(s(day)?)?|mar(tes)?|ter(ca)?(-feira)?)$/,
  /^(wed(nesday)?|mie(rcoles)?|qua(rta)?(-feira)?)$/, /^(thu(rs(day)?)?|jue(ves)?|qui(nta)?(-feira)?)$/,
  /^(fri(day)?|vie(rnes)?|sex(ta)?(-feira)?)$/, /^(sat(urday)?|sab(ado)?)$/,
];
const MONTHS: readonly RegExp[] = [
  /^(jan(uary)?|ene(ro)?|janeiro)$/, /^(feb(ruary)?|febrero|fev(ereiro)?)$/, /^(mar(ch)?|marzo|marco)$/,
  /^(apr(il)?|abr(il)?)$/, /^(may(o)?|mai(o)?)$/, /^(june?|jun(io|ho)?)$/, /^(july?|jul(io|ho)?)$/,
  /^(aug(ust)?|ago(sto)?)$/, /^(sep(t(ember|iembre)?)?|set(embro)?)$/, /^(oct(ober|ubre)?|out(ubro)?)$/,
  /^(nov(ember|iembre|embro)?)$/, /^(dec(ember)?|dic(iembre)?|dez(embro)?)$/,
];
const UNITS: readonly [RegExp, number][] = [
  [/^(m|min|mins|minutes?|minutos?)$/, 60_000], [/^(h|hrs?|hours?|horas?)$/, 3_600_000],
  [/^(d|days?|dias?)$/, 86_400_000], [/^(w|weeks?|semanas?)$/, 604_800_000],
];
const FILLERS = /^(at|on|a|as|al|el|la|las|no|na|de|do|the|next|proximo|proxima|this|este|esta|em|en|in|dentro|daqui|um|una?|que|vem|viene|por|pela|del|dia)$/;

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function atHour(day: Date, hour: number, minute = 0): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute);
}

function plusDays(day: Date, days: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
}

function nextWeekday(now: Date, weekday: number): Date {
  return plusDays(now, ((weekday - now.getDay() + 6) % 7) + 1);
}

/** The offers of the menu. "Later today" is in three hours, rounded, and gone when the day is. */
export function offer(which: SnoozeWords, now: Date): Date | null {
  switch (which) {
    case "later": {
      const later = new Date(now.getTime() + 3 * 3_600_000);
      later.setMinutes(0, 0, 0);
      return later.getDate() === now.getDate() && later.getHours() <= 21 ? later : null;
    }
    case "tomorrow": return atHour(plusDays(now, 1), MORNING);
    case "weekend": return now.getDay() >= 1 && now.getDay() <= 4 ? atHour(nextWeekday(now, 6), 10) : null;
    case "monday": return atHour(nextWeekday(now, 1), MORNING);
  }
}

interface Read { day: Date | null; hour: number | null; minute: number; month: number | null; number: number | null }

/** A clock: 9, 9am, 9h, 9h30, 9:30, 14h. A bare number is only a clock after a day. */
function clockOf(word: string): { hour: number; minute: number } | null {
  const found = /^(\d{1,2})(?:[:h.](\d{2}))?(h|hs|hrs|am|pm|a\.m\.|p\.m\.)?$/.exec(word);
  if (!found) return null;
  let hour = Number(found[1]);
  const minute = Number(found[2] ?? 0);
  const sign = found[3]?.replaceAll(".", "");
  if (sign === "pm" && hour < 12) hour += 12;
  if (sign === "am" && hour === 12) hour = 0;
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}

/** Reads "in 2 hours", "2h", "3 dias". */
function spanOf(words: readonly string[]): number | null {
  const kept = words.filter((word) => !FILLERS.test(word));
  const joined = /^(\d{1,3})([a-z]+)$/.exec(kept.join(""));
  if (!joined || kept.length > 2) return null;
  if (kept.length === 1 && !words.some((word) => /^(in|en|em|dentro)$/.test(word)) && joined[2] === "h") return null;
  const unit = UNITS.find(([word]) => word.test(joined[2]!));
  return unit ? Number(joined[1]) * unit[1] : null;
}

function readWord(read: Read, word: string, now: Date): boolean {
  if (/^(today|hoy|hoje)$/.test(word)) read.day = plusDays(now, 0);
  else if (/^(tonight|noche|noite)$/.test(word)) {
    read.day ??= plusDays(now, 0);
    read.hour ??= 20;
  } else if (/^(tomorrow|tmr|amanha|manana)$/.test(word)) {
    if (read.day) read.hour ??= MORNING;
    else read.day = plusDays(now, 1);
  } else if (/^(morning|manha)$/.test(word)) read.hour ??= MORNING;
  else if (/^(afternoon|tarde)$/.test(word)) {
    if (read.hour === null) read.hour = 15;
    else if (read.hour < 12) read.hour += 12;
  } else if (/^(noon|mediodia|meio-dia)$/.test(word)) read.hour = 12;
  else if (/^(week|semana)$/.test(word)) read.day = nextWeekday(now, 1);
  else if (/^(am|pm)$/.test(word) && read.hour !== null) read.hour = (read.hour % 12) + (word === "pm" ? 12 : 0);
  else return readDate(read, word, now);
  return true;
}

function readDate(read: Read, word: string, now: Date): boolean {
  const weekday = WEEKDAYS.findIndex((one) => one.test(word));
  const month = MONTHS.findIndex((one) => one.test(word));
  const numeric = /^(\d{1,2})[/-](\d{1,2})$/.exec(word);
  if (month >= 0 && (read.number !== null || weekday < 0)) read.month = month;
  else if (weekday >= 0) read.day = nextWeekday(now, weekday);
  else if (numeric) [read.number, read.month] = [Number(numeric[1]), Number(numeric[2]) - 1];
  else if (/^\d{1,2}$/.test(word) && !read.day && read.month === null) read.number = Number(word);
  else {
    const clock = clockOf(word);
    if (!clock) return false;
    [read.hour, read.minute] = [clock.hour, clock.minute];
  }
  return true;
}

/** The moment that was typed, or null when it is not understood or past. */
export function parseSnooze(typed: string, now: Date): Date | null {
  const words = fold(typed).split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) return null;
  const ms = spanOf(words);
  if (ms !== null) return ms > 0 ? new Date(now.getTime() + ms) : null;
  const read: Read = { day: null, hour: null, minute: 0, month: null, number: null };
  for (const word of words) {
    if (!readWord(read, word, now) && !FILLERS.test(word)) return null;
  }
  if (read.number !== null && read.month === null) {
    if (read.day || read.hour !== null || read.number > 23) return null;
    read.hour = read.number;
  }
  return settle(read, now);
}

function settle(read: Read, now: Date): Date | null {
  let day = read.day;
  if (read.month !== null) {
    if (read.number === null || read.number < 1 || read.number > 31 || read.month > 11) return null;
    day = new Date(now.getFullYear(), read.month, read.number);
    if (day < plusDays(now, 0)) day = new Date(now.getFullYear() + 1, read.month, read.number);
  }
  if (day === null && read.hour === null) return null;
  let at = atHour(day ?? now, read.hour ?? MORNING, read.minute);
  if (day === null && at <= now) at = atHour(plusDays(now, 1), read.hour ?? MORNING, read.minute);
  return at > now ? at : null;
}
