import { h, render } from "preact";
import { beforeEach, describe, expect, it } from "vitest";
import { translator } from "../src/t";
import { pieces } from "../src/ui/Entry";
import { gated } from "../src/consent";
import { day, transcript } from "../src/talk";
import { elsewhere } from "../src/elsewhere";
import { isOurs } from "../src/protocol";
import { own } from "../src/storage";
import { size } from "../src/ui/words";
import { texts } from "../build.mjs";

const LOCALES = ["en", "es", "pt"] as const;

beforeEach(() => {
  render(h("div", {}), document.body);
});

describe("texts", () => {
  it("come per language, in two parts that share no key", () => {
    for (const locale of LOCALES) {
      const first = texts("panel", locale);
      const later = texts("talk", locale);
      expect(Object.keys(first)).toContain("write");
      expect(Object.keys(later)).toContain("typing");
      expect(Object.keys(first).filter((key) => key in later)).toEqual([]);
    }
  });

  it("know plurals, and what is learnt later", () => {
    const { t, learn } = translator("es", texts("panel", "es"));
    expect(t("reply_minutes", { count: 1 })).not.toBe(t("reply_minutes", { count: 4 }));
    expect(t("typing", { name: "Ada" })).toBe("");
    learn(texts("talk", "es"));
    expect(t("typing", { name: "Ada" })).toContain("Ada");
  });

  it("address nobody with an exclamation mark", () => {
    for (const locale of LOCALES) {
      for (const part of ["panel", "talk"] as const) expect(JSON.stringify(texts(part, locale))).not.toMatch(/[!¡]/);
    }
  });
});

describe("what a message shows", () => {
  it("turns addresses into links and nothing else into anything", () => {
    expect(pieces("see https://a.test/x?y=1, or (http://b.test).")).toEqual([
      { text: "see " },
      { text: "https://a.test/x?y=1", href: "https://a.test/x?y=1" },
      { text: ", or (" },
      { text: "http://b.test", href: "http://b.test" },
      { text: ")." },
    ]);
    expect(pieces("Here: mailto:help@a.test?subject=k7. Or sms:+12025550111?&body=k7")).toEqual([
      { text: "Here: " },
      { text: "help@a.test", href: "mailto:help@a.test?subject=k7" },
      { text: ". Or " },
      { text: "+12025550111", href: "sms:+12025550111?&body=k7" },
    ]);
    const link = "chatapp://pa?chatURI=shop&context=k7";
    expect(pieces(`Go on: ${link}.`)).toEqual([{ text: "Go on: " }, { text: link, href: link }, { text: "." }]);
    for (const bad of ["javascript://%0aalert(1)", "vbscript://x"]) {
      expect(pieces(bad)).toEqual([{ text: bad }]);
    }
    expect(pieces("javascript:alert(1) <b>no</b>")).toEqual([{ text: "javascript:alert(1) <b>no</b>" }]);
    expect(pieces("")).toEqual([]);
  });

  it("names days as people do", () => {
    const now = new Date(2026, 10, 22, 9);
    expect(day(new Date(2026, 10, 22, 1), now, "en")).toBe("today");
    expect(day(new Date(2026, 10, 21, 23), now, "es")).toBe("ayer");
    expect(day(new Date(2026, 10, 3), now, "en")).toBe("November 3");
    expect(day(new Date(2025, 10, 3), now, "en")).toContain("2025");
  });

  it("writes sizes in the reader's language", () => {
    expect(size(15_000_000, "en")).toBe("15 MB");
    expect(size(1_500_000, "es")).toBe("1,5 MB");
    expect(size(900, "en")).toBe("0.9 kB");
  });
});

describe("storage", () => {
  it("is the frame's own where that is allowed", () => {
    const store = own();
    store?.setItem("a", "1");
    expect(store?.getItem("a")).toBe("1");
    store?.removeItem("a");
    expect(store?.getItem("a")).toBe(null);
  });

  it("is the page's where it is not, and remembers when the page is silent", async () => {
    const told: unknown[] = [];
    const changes: string[] = [];
    const opening = elsewhere((message) => told.push(message), (key) => changes.push(key));
    const given = { hilo: 1, type: "kept", values: { "hilo:a:visitor": "token" } };
    window.dispatchEvent(new MessageEvent("message", { data: given, source: window.parent as unknown as MessageEventSource }));
    const store = await opening;
    expect(store.getItem("hilo:a:visitor")).toBe("token");
    store.setItem("hilo:a:seen", "7");
    store.removeItem("hilo:a:visitor");
    expect(store.getItem("hilo:a:visitor")).toBe(null);
    expect(told).toEqual([
      { hilo: 1, type: "ask" },
      { hilo: 1, type: "keep", key: "hilo:a:seen", value: "7" },
      { hilo: 1, type: "keep", key: "hilo:a:visitor", value: null },
    ]);
    expect(changes).toEqual(["hilo:a:visitor"]);
  });
});

describe("the wire between page and panel", () => {
  it("hears only what bears our mark", () => {
    for (const rubbish of [null, undefined, 7, "hilo", [], {}, { hilo: 2 }, { type: "shown" }]) expect(isOurs(rubbish)).toBe(false);
    expect(isOurs({ hilo: 1, type: "shown" })).toBe(true);
  });
});

describe("consent", () => {
  it("stores nothing before the visitor agrees, and everything after", () => {
    const all = new Map<string, string>();
    const real = { getItem: (key: string) => all.get(key) ?? null, setItem: (key: string, value: string) => void all.set(key, value), removeItem: (key: string) => void all.delete(key) };
    const asked: boolean[] = [];
    const store = gated(real, "visitor", (isOpen) => asked.push(isOpen));
    store.setItem("visitor", "token");
    store.setItem("draft", "x");
    store.removeItem("draft");
    expect([all.size, store.getItem("visitor"), store.getItem("draft")]).toEqual([0, "token", null]);
    store.agree?.();
    store.setItem("seen", "7");
    expect([...all]).toEqual([["visitor", "token"], ["seen", "7"]]);
    expect(asked).toEqual([false, true]);
    gated(real, "visitor", (isOpen) => asked.push(isOpen));
    expect(asked.at(-1)).toBe(true);
  });
});

describe("a transcript", () => {
  it("says when, who and what, files included", () => {
    const { t, learn } = translator("en", texts("panel", "en"));
    learn(texts("talk", "en"));
    const said = { id: "1", conversation_id: "c", seq: 1, channel: "webchat", at: "2026-11-22T10:00:00Z", state: "sent", client_id: null };
    const file = { id: "f", name: "box.jpg", media_type: "image/jpeg", size_bytes: 1, url: "" };
    const text = transcript(
      [
        { ...said, author: { kind: "contact", name: "Dora" }, text: "Broken", attachments: [file] },
        { ...said, author: { kind: "agent", name: "Ada" }, text: "A new one leaves today.", attachments: [] },
      ],
      t,
    );
    expect(text).toMatch(/You\nBroken\n\[box\.jpg\]\n\n.*Ada\nA new one leaves today\.\n$/s);
  });
});
