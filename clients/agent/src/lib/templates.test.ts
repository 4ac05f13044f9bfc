import { describe, expect, it } from "vitest";
import type { Template } from "@lib/model";
import { found, isUsable, likely, missing, pieces, said } from "./templates";

const one = (more: Partial<Template> = {}): Template => ({
  account_id: "a", name: "order_ready", language: "es", status: "approved", category: "utility", body: "Hola {{1}}, su pedido {{2}} está listo.",
  footer: "", header: "", header_text: "", buttons: [], variables: ["1", "2"], example: {}, reason: "", synced_at: "2026-11-01T00:00:00Z", ...more,
});

describe("templates", () => {
  it("are found by any word, accents or not, the usable ones first", () => {
    const all = [one({ name: "a_paused", status: "paused" }), one(), one({ language: "en", body: "Your order is ready" })];
    expect(found(all, "pedido LISTO esta", "").map((each) => each.name)).toEqual(["order_ready", "a_paused"]);
    expect(found(all, "", "en")).toHaveLength(1);
    expect(found(all, "nothing like it", "")).toEqual([]);
  });

  it("show what is still to be filled", () => {
    expect(pieces(one().body, one().variables, { 1: "Ana" })).toEqual([
      { text: "Hola ", gap: false }, { text: "Ana", gap: false }, { text: ", su pedido ", gap: false }, { text: "{{2}}", gap: true }, { text: " está listo.", gap: false },
    ]);
    expect(missing(one(), { 1: "Ana", 2: " " })).toEqual(["2"]);
    expect(said(one(), { 1: "Ana", 2: "77" })).toBe("Hola Ana, su pedido 77 está listo.");
  });

  it("leave braces that are no variable alone, and never fill a value twice", () => {
    expect(said(one({ body: "{{1}} {{x}}", variables: ["1"] }), { 1: "{{x}}", x: "no" })).toBe("{{x}} {{x}}");
  });

  it("know the likely language", () => {
    const all = [one({ language: "pt_BR" }), one({ language: "en_US" })];
    expect(likely(all, ["pt-PT", "en"])).toBe("pt_BR");
    expect(likely(all, ["fr"])).toBe("");
  });

  it("cannot be used when the vendor has not approved them, or want a place", () => {
    expect([one(), one({ status: "pending" }), one({ header: "location" })].map(isUsable)).toEqual([true, false, false]);
  });
});
