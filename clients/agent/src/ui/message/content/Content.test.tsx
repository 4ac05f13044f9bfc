/** Every kind of content is shown as people know it, asks no other site for anything, and none is left out. */
import { render, screen, cleanup } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { repeats, type Known } from "@shared/content";
import type { Message } from "@shared/types";
import { speak } from "@lib/i18n";
import Content from "./Content";
import { coordinates } from "./PlaceCard";
import { money } from "./OrderTable";
import { fitted, hear, shapeOf } from "./waveform";

await speak("en");
afterEach(cleanup);

const holding = (content: Known): Message => ({
  id: "m1", conversation_id: "c1", seq: 1, kind: "incoming", channel: "phone", inbox_id: "i1", author: { kind: "contact", id: "p1", name: "Ana" },
  subject: "", text: "", html: null, quoted: null, reply_to: null, attachments: [], meta: {}, state: "received", error: null, client_id: null,
  at: "2026-11-01T10:00:00Z", created_at: "2026-11-01T10:00:00Z", undo_until: null, content: content as never,
});

const KINDS: Record<Known["type"], [Known, string]> = {
  location: [{ type: "location", latitude: -34.6, longitude: -58.38, name: "Shop" }, "Shop"],
  people: [{ type: "people", people: [{ name: "Bo Ek", phones: ["+1 555 0100"] }] }, "+1 555 0100"],
  choices: [{ type: "choices", choices: [{ id: "y", title: "Yes, please" }] }, "Yes, please"],
  chosen: [{ type: "chosen", id: "y", title: "Tuesday", answers: { size: "M" } }, "Tuesday"],
  carousel: [{ type: "carousel", slides: [{ title: "Blue lamp", image: "https://elsewhere.test/a.png" }] }, "Blue lamp"],
  template: [{ type: "template", name: "hello_again", language: "en" }, "Template hello_again"],
  order: [{ type: "order", currency: "EUR", lines: [{ product: "L1", name: "Lamp", quantity: 2, price: 10 }] }, "Lamp"],
  sticker: [{ type: "sticker", emoji: "🎉" }, "🎉"],
  voice: [{ type: "voice", duration_s: 4 }, ""],
  story: [{ type: "story", what: "mention", url: "https://elsewhere.test/s" }, "Named you in a story"],
  comment: [{ type: "comment", post: "p", preview: "Our new lamps" }, "Our new lamps"],
  shared: [{ type: "shared", url: "javascript:alert(1)", title: "Look" }, "Look"],
  strange: [{ type: "strange", kind: "paid_media" }, "Something Hilo cannot show: paid media"],
};

describe("what a message holds", () => {
  it.each(Object.entries(KINDS))("shows %s and fetches nothing from elsewhere", (_, [content, words]) => {
    const { container } = render(<Content message={holding(content)} />);
    if (words) expect(screen.getByText(words, { exact: false })).toBeTruthy();
    const asked = [...container.querySelectorAll("img,video,audio,iframe,script,link")].map((one) => one.getAttribute("src") ?? "");
    expect(asked.filter((src) => /^https?:/.test(src))).toEqual([]);
    const links = [...container.querySelectorAll("a")].map((one) => one.getAttribute("href") ?? "");
    expect(links.filter((href) => !/^(https?:|tel:|mailto:)/.test(href))).toEqual([]);
  });

  it("names what a later server may send", () => {
    render(<Content message={holding({ type: "hologram" } as never)} />);
    expect(screen.getByText("Something Hilo cannot show: hologram")).toBeTruthy();
  });

  it("writes places and money as the reader does", () => {
    expect(coordinates("es", { latitude: -34.6, longitude: 58.38 })).toBe("34,6000° S · 58,3800° E");
    expect(money("en", 12.5, "USD")).toBe("$12.50");
    expect(money("en", 12.5, "POINTS")).toBe("12.50 POINTS");
  });

  it("does not say a choice twice", () => {
    expect(repeats({ type: "chosen", id: "1", title: "Yes" } as never, "Yes")).toBe(true);
    expect(repeats({ type: "chosen", id: "1", title: "Yes" } as never, "Yes, and more")).toBe(false);
    expect(repeats(null, "Yes")).toBe(false);
  });
});

describe("the drawn sound", () => {
  it("is the loudest of each stretch, by the loudest of all", () => {
    expect(shapeOf([0, 0.1, -0.5, 0.2, 0.25, 0], 3)).toEqual([20, 100, 50]);
    expect(shapeOf([], 3)).toEqual([]);
  });

  it("takes a vendor's peaks at our width", () => {
    expect(fitted([10, 20], 4)).toEqual([50, 50, 100, 100]);
    expect(fitted([])).toEqual([]);
  });

  it("is as long as it was heard, whatever its file leaves out", async () => {
    const decodeAudioData = () => Promise.resolve({ duration: 2.4, getChannelData: () => [0.5, 1] });
    vi.stubGlobal("OfflineAudioContext", class { decodeAudioData = decodeAudioData; });
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("sound")));
    expect(await hear("/files/1", 5)).toMatchObject({ seconds: 2.4 });
    expect(await hear("/files/1", 5_000_000)).toBeNull();
    vi.unstubAllGlobals();
  });
});
