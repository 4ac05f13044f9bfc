import { describe, expect, it } from "vitest";
import cases from "@shared/cuts.json";
import { cut, length, Ruler, type Unit } from "./measure";
import { isStyled, planned, stops, type Able } from "./plan";

const LIMITS: Able["limits"] = {
  text_chars: 20, text_unit: "chars", caption_chars: 10, file_bytes: 1000, attachments: 2, media: [],
  window: { free_s: 0, person_s: 0, template: false }, edit_s: 0, delete_s: 0,
};
const channel = (features: string[], limits: Partial<Able["limits"]> = {}): Able => ({ features, limits: { ...LIMITS, ...limits } });
const file = (media_type: string, size_bytes = 10) => ({ id: media_type, name: "f", media_type, size_bytes });

describe("the length of a text", () => {
  it.each(cases.lengths)("of $text in $unit is $length", ({ text, unit, length: wanted }) => {
    expect(length(text, unit as Unit)).toBe(wanted);
  });

  it("tells how much of a segment is left", () => {
    const ruler = new Ruler("gsm7_segments");
    ruler.add("a".repeat(150));
    expect(ruler.room).toBe(10);
    ruler.add("ñ".repeat(11));
    expect(ruler.room).toBe(2 * 153 - 161);
    ruler.add("ж");
    expect(ruler.room).toBe(3 * 67 - 162);
  });
});

describe("a text that is cut", () => {
  it.each(cases.cuts)("goes as the server cuts it: $name", ({ text, unit, most, pieces }) => {
    expect(cut(text, most, unit as Unit)).toEqual(pieces);
  });
});

describe("the plan of a reply", () => {
  it("counts the words and each file apart, but a caption", () => {
    expect(planned(channel(["image"]), { text: "hello", files: [file("image/png")] })).toMatchObject({ parts: 2, apart: true });
    expect(planned(channel(["image", "captions"]), { text: "hello", files: [file("image/png")] })).toMatchObject({ parts: 1, apart: false });
    expect(planned(channel(["image", "captions"]), { text: "hello, too long", files: [file("image/png")] }).parts).toBe(2);
    expect(planned(channel(["whole"]), { text: "x".repeat(25), files: [] })).toMatchObject({ parts: 1, over: 5 });
    expect(planned(channel([]), { text: "word ".repeat(9), files: [] })).toMatchObject({ parts: 3, over: 0 });
  });

  it("names the files that may not go, and those that go as something else", () => {
    const media = [{ family: "image", bytes: 50, types: ["image/png"] }];
    const plan = (features: string[], one: ReturnType<typeof file>) => planned(channel(features, { media }), { text: "", files: [one] }).files[one.id];
    expect(plan(["image"], file("application/pdf"))).toBe("refused");
    expect(plan(["image"], file("image/png", 2000))).toBe("large");
    expect(plan(["image"], file("image/webp"))).toBe("unfit");
    expect(plan(["image", "file"], file("image/png", 60))).toBe("as-file");
    expect(plan(["image", "file"], file("image/png"))).toBeUndefined();
    expect([stops("refused"), stops("large"), stops("as-file"), stops("unfit")]).toEqual([true, true, false, false]);
  });

  it("says that looks are lost, where there are any", () => {
    expect([isStyled("<p>plain<br>text</p>"), isStyled("<p><strong>bold</strong></p>"), isStyled(undefined)]).toEqual([false, true, false]);
    expect(planned(channel([]), { text: "x", html: "<ul><li>x</li></ul>", files: [] }).lost).toEqual(["html"]);
    expect(planned(channel(["html"]), { text: "x", html: "<b>x</b>", files: [] }).lost).toEqual([]);
  });

  it("says that files go as links, where they do", () => {
    const lost = (files: ReturnType<typeof file>[], links: boolean) => planned(channel(["file"]), { text: "x", files, links }).lost;
    expect([lost([file("image/png")], true), lost([], true), lost([file("image/png")], false)]).toEqual([["files"], [], []]);
  });
});
