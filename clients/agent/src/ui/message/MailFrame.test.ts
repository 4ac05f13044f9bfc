import { describe, expect, it } from "vitest";
import type { Attachment } from "@shared/types";
import { hasRemote, isDesigned, withInline } from "./MailFrame";

describe("a mail's frame", () => {
  it("knows what comes from elsewhere", () => {
    expect(hasRemote('<img alt="" src="https://track.example/p.gif">')).toBe(true);
    expect(hasRemote('<td style="background:url(//a.example/b.png)">')).toBe(true);
    expect(hasRemote('<img src="cid:logo"> <a href="https://a.example">a</a>')).toBe(false);
  });
  it("shows pictures that came inside", () => {
    const file = { content_id: "<logo@x>", url: "/files/1?s=2" } as Attachment;
    expect(withInline('<img src="cid:logo@x">', [file])).toBe('<img src="/files/1?s=2">');
    expect(withInline('<img src="cid:other">', [file])).toBe('<img src="cid:other">');
  });
  it("tells a designed mail from a plain one", () => {
    expect(isDesigned("<p>Hello <b>you</b></p>")).toBe(false);
    expect(isDesigned("<table><tr><td>Hello</td></tr></table>")).toBe(true);
  });
});
