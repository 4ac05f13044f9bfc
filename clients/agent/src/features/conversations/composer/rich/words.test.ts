import { describe, expect, it } from "vitest";
import { addressOf, docOf, textOf, type Node } from "./words";

const p = (...content: Node[]): Node => ({ type: "paragraph", content });
const say = (text: string, href?: string): Node => ({ type: "text", text, ...(href ? { marks: [{ type: "link", attrs: { href } }] } : {}) });

describe("words of a rich reply", () => {
  it("takes plain text over and gives it back as it was", () => {
    for (const text of ["", "Hello", "Hello,\n\nyes.\nBye", "a\n\n\n\nb", "\n\nlate", "one\n\n"]) expect(textOf(docOf(text))).toBe(text);
  });

  it("keeps the caret: a place in the text is a place in the document less one", () => {
    const text = "Hi\n\nyou\nthere";
    const sizes = docOf(text).content!.map((one) => 2 + one.content!.reduce((sum, part) => sum + (part.text?.length ?? 1), 0));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(text.length + 2);
  });

  it("says lists, quotes and links in signs", () => {
    const item = (text: string): Node => ({ type: "listItem", content: [p(say(text))] });
    const doc: Node = { type: "doc", content: [
      p(say("See "), say("our page", "https://a.example/x")), p(say("https://a.example", "https://a.example/")),
      { type: "bulletList", content: [item("one"), item("two")] }, { type: "orderedList", attrs: { start: 3 }, content: [item("c")] },
      { type: "blockquote", content: [p(say("said")), p(say("before"))] }, p({ type: "picture", attrs: { alt: "lamp.png" } }),
    ] };
    expect(textOf(doc)).toBe(
      "See our page (https://a.example/x)\n\nhttps://a.example\n\n• one\n• two\n\n3. c\n\n> said\n>\n> before\n\n[lamp.png]");
  });

  it("makes an address whole, and refuses what is none", () => {
    expect(addressOf("hilo.example/help")).toBe("https://hilo.example/help");
    expect(addressOf("ada@hilo.example")).toBe("mailto:ada@hilo.example");
    expect(addressOf(" http://a.example ")).toBe("http://a.example");
    for (const wrong of ["", "word", "javascript:alert(1)", "two words.example"]) expect(addressOf(wrong)).toBe("");
  });
});
