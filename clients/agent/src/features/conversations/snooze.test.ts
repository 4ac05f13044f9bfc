import { describe, expect, it } from "vitest";
import { offer, parseSnooze } from "./snooze";

const NOW = new Date(2026, 10, 18, 10, 30); // a Wednesday
const at = (day: number, hour: number, minute = 0, month = 10, year = 2026) => new Date(year, month, day, hour, minute);

describe("typed times", () => {
  it.each([
    ["friday 9am", at(20, 9)], ["viernes 9h", at(20, 9)], ["sexta 9h", at(20, 9)], ["fri 14:30", at(20, 14, 30)],
    ["tomorrow", at(19, 9)], ["mañana", at(19, 9)], ["amanhã", at(19, 9)], ["tomorrow at 3pm", at(19, 15)],
    ["mañana por la tarde", at(19, 15)], ["mañana por la mañana", at(19, 9)], ["amanhã 8h30", at(19, 8, 30)],
    ["in 2 hours", at(18, 12, 30)], ["en 2 horas", at(18, 12, 30)], ["em 2 horas", at(18, 12, 30)],
    ["in 45 min", at(18, 11, 15)], ["3 days", at(21, 10, 30)], ["next week", at(23, 9)], ["lunes", at(23, 9)],
    ["segunda-feira 10h", at(23, 10)], ["miércoles", at(25, 9)], ["18h", at(18, 18)], ["9h", at(19, 9)],
    ["tonight", at(18, 20)], ["24 dec", at(24, 9, 0, 11)], ["24 de diciembre 10h", at(24, 10, 0, 11)],
    ["3/1 9:00", at(3, 9, 0, 0, 2027)], ["3 march", at(3, 9, 0, 2, 2027)], ["16", at(18, 16)],
  ])("%s", (typed, expected) => {
    expect(parseSnooze(typed, NOW)).toEqual(expected);
  });

  it.each(["", "soon", "banana 9am", "25:00", "today 8am", "45 blargh", "40/12"])("does not understand %j", (typed) => {
    expect(parseSnooze(typed, NOW)).toBeNull();
  });

  it("never answers a moment that is past", () => {
    for (const typed of ["today", "9am", "monday", "1 jan", "12:00"]) {
      const found = parseSnooze(typed, NOW);
      if (found) expect(found.getTime()).toBeGreaterThan(NOW.getTime());
    }
  });
});

describe("offers", () => {
  it("rounds later today and drops it in the evening", () => {
    expect(offer("later", NOW)).toEqual(at(18, 13));
    expect(offer("later", at(18, 20))).toBeNull();
    expect(offer("monday", at(23, 8))).toEqual(at(30, 9));
  });
});
