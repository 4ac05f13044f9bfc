/** A phone offers what its channel can do, and sends what was chosen. */
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { speak } from "@lib/i18n";
import type { Bubble, Does, Phone } from "@lib/model";
import { PhoneScreen } from "./PhoneScreen";

await speak("en");
afterEach(cleanup);

const bubble: Bubble = {
  id: "b1", mine: true, text: "Hello", at: "2026-11-01T10:00:00Z", file: "", media_type: "", choices: [], marks: [], reply_to: null,
  is_edited: false, is_deleted: false, state: "", url: "",
};
const phone: Phone = { who: "1", name: "Ana", address: "ana", bubbles: [bubble], typing_until: null };

function shown(deeds: Does[], of: Phone = phone) {
  const does = vi.fn(async () => true);
  render(<PhoneScreen account="a1" phone={of} deeds={deeds} does={does} />);
  return does;
}
const open = (menu: string): string[] => {
  fireEvent.click(screen.getByRole("button", { name: menu }));
  return screen.getAllByRole("menuitem").map((one) => one.textContent ?? "");
};

describe("a phone", () => {
  it("offers only what its channel can do", () => {
    shown(["text", "start", "stop"]);
    expect(open("More")).toEqual(["Start the chat", "Block the desk"]);
    expect(screen.queryByRole("button", { name: "Send a file" })).toBeNull();
  });

  it("offers with a message only what its channel can do", () => {
    shown(["text", "start", "edit"]);
    expect(open("This message")).toEqual(["Answer this", "Change it"]);
  });

  it("changes nothing that was taken back", () => {
    shown(["text", "edit", "delete"], { ...phone, bubbles: [{ ...bubble, is_deleted: true }] });
    expect(open("This message")).toEqual(["Answer this"]);
  });

  it("sends a sticker with a picture that is one", () => {
    const does = shown(["text", "sticker"]);
    open("More");
    fireEvent.click(screen.getByRole("menuitem", { name: "Send a sticker" }));
    const [deed] = does.mock.calls[0] as unknown as [{ does: string; data: string; media_type: string }];
    expect([deed.does, deed.media_type]).toEqual(["sticker", "image/webp"]);
    expect(atob(deed.data)).toMatch(/^RIFF[^]{4}WEBP/);
  });

  it("sends an address card with a name and a number", () => {
    const does = shown(["text", "people"]);
    open("More");
    fireEvent.click(screen.getByRole("menuitem", { name: "Send an address card" }));
    expect(does).toHaveBeenCalledWith({ does: "people", text: "Gina Mora", number: "+1 202-555-0199" });
  });
});
