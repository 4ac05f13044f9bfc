import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import en from "@shared/messages/en.json";
import es from "@shared/messages/es.json";
import pt from "@shared/messages/pt.json";
import { closest, translator, write, type Catalogue } from "@shared/t";

const ALL: Record<string, Catalogue> = { en, es, pt };
const places = (text: unknown): string[] => [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map((one) => one[1]!).sort();

describe("the catalogue", () => {
  it.each(["es", "pt"])("%s holds the keys of English and no other", (locale) => {
    expect(Object.keys(ALL[locale]!).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(["es", "pt"])("%s has the same placeholders and plurals in the same places", (locale) => {
    for (const [key, text] of Object.entries(en as Catalogue)) {
      const other = ALL[locale]![key]!;
      expect([key, typeof other]).toEqual([key, typeof text]);
      expect([key, [...new Set(places(other))]]).toEqual([key, [...new Set(places(text))]]);
    }
  });

  it.each(["en", "es", "pt"])("%s is flat, sorted and has an `other` for each plural", (locale) => {
    const keys = Object.keys(JSON.parse(readFileSync(`../shared/messages/${locale}.json`, "utf8")) as object);
    expect(keys).toEqual([...keys].sort());
    for (const [key, text] of Object.entries(ALL[locale]!)) {
      if (typeof text !== "string") expect([key, text.other.length > 0]).toEqual([key, true]);
    }
  });

  it("raises no voice", () => {
    for (const [locale, texts] of Object.entries(ALL)) {
      for (const [key, text] of Object.entries(texts)) expect([locale, key, /[!¡]/.test(JSON.stringify(text))]).toEqual([locale, key, false]);
    }
  });
});

describe("t()", () => {
  const t = translator("en", en as Catalogue);

  it("fills placeholders and leaves unknown ones to be seen", () => {
    expect(t("list.someone_viewing", { name: "Ada" })).toBe("Ada is looking");
    expect(t("list.someone_viewing")).toContain("{name}");
  });

  it("chooses plurals by the language and writes its digits", () => {
    const text = { one: "{count} mensagem", other: "{count} mensagens" };
    expect([0, 1, 2].map((count) => write(text, "pt", { count }))).toEqual(["0 mensagem", "1 mensagem", "2 mensagens"]);
    expect(write({ other: "{count} rows" }, "en", { count: 1 })).toBe("1 rows");
    expect(write({ one: "{count} fila", other: "{count} filas" }, "es", { count: 12_345 })).toBe("12.345 filas");
  });

  it("finds the closest language", () => {
    expect([closest(["pt-BR"]), closest(["fr", "es-MX"]), closest(["de"]), closest([])]).toEqual(["pt", "es", "en", "en"]);
  });
});
