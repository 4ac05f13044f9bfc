/** Who may change a contact gives it a picture or takes it away; what is no small picture is not sent. */
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { api, upload } from "@lib/api";
import { cache } from "@lib/cache";
import { speak } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { toasts } from "@lib/toasts";
import { Portrait } from "./Portrait";

vi.mock("@lib/api", async (real) => ({ ...(await real<object>()), upload: vi.fn() }));
await speak("en");
const ADA = { id: "p1", name: "Ada", avatar_id: "f1" } as unknown as Contact;

function shown(contact: Contact, permissions = ["contact:write", "file:write"]): void {
  cache.setQueryData(["me"], { agent: { id: "a1", name: "Ada", preferences: {} }, permissions });
  render(<QueryClientProvider client={cache}><Portrait contact={contact} /></QueryClientProvider>);
}

/** Chooses a file as the browser's own window would give it. */
async function choose(file: File): Promise<void> {
  const asked = vi.spyOn(HTMLInputElement.prototype, "click").mockImplementation(function (this: HTMLInputElement) {
    Object.defineProperty(this, "files", { value: [file] });
    this.dispatchEvent(new Event("change"));
  });
  fireEvent.click(screen.getByRole("button", { name: "Change the picture" }));
  fireEvent.click(await screen.findByRole("menuitem", { name: "Choose a picture" }));
  expect(asked).toHaveBeenCalledOnce();
  asked.mockRestore();
}

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.mocked(upload).mockReset();
  cache.clear();
});

test("a chosen picture is uploaded and given, and the contact shows it", async () => {
  vi.mocked(upload).mockResolvedValue({ id: "f2" });
  const put = vi.spyOn(api, "put").mockResolvedValue({ ...ADA, avatar_id: "f2" });
  shown(ADA);
  await choose(new File(["x"], "a.png", { type: "image/png" }));
  await waitFor(() => expect(cache.getQueryData<Contact>(["contact", "p1"])?.avatar_id).toBe("f2"));
  expect(put).toHaveBeenCalledWith("/contacts/p1/avatar", { file_id: "f2" });
});

test("what is no picture, or too large, is told and not sent", async () => {
  shown(ADA);
  await choose(new File(["x"], "a.pdf", { type: "application/pdf" }));
  expect(toasts.get().at(-1)?.text).toContain("a.pdf is no picture");
  await choose(new File([new Uint8Array(2_000_001)], "b.png", { type: "image/png" }));
  expect(toasts.get().at(-1)?.text).toContain("b.png is larger than");
  expect(upload).not.toHaveBeenCalled();
});

test("the picture is taken away by the menu; who has none is not asked", async () => {
  const gone = vi.spyOn(api, "delete").mockResolvedValue({ ...ADA, avatar_id: null });
  shown(ADA);
  fireEvent.click(screen.getByRole("button", { name: "Change the picture" }));
  fireEvent.click(await screen.findByRole("menuitem", { name: "Remove the picture" }));
  await waitFor(() => expect(gone).toHaveBeenCalledWith("/contacts/p1/avatar"));
  cleanup();
  shown({ ...ADA, avatar_id: null });
  fireEvent.click(screen.getByRole("button", { name: "Change the picture" }));
  await screen.findByRole("menuitem", { name: "Choose a picture" });
  expect(screen.queryByRole("menuitem", { name: "Remove the picture" })).toBeNull();
});

test("who may not change contacts sees a picture only", () => {
  shown(ADA, []);
  expect(screen.queryByRole("button")).toBeNull();
});
