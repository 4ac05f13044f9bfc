/** What somebody outside reads is in their language, not in the agent's. */
import { expect, it } from "vitest";
import { learn, speak, tellIn } from "./i18n";

it.each([["es-MX", "Sí"], ["PT", "Sim"], ["en", "Yes"], ["", "Yes"], ["fr", "Yes"]])("speaks %s to them", async (locale, yes) => {
  await speak("en");
  expect((await tellIn(locale))("common.yes")).toBe(yes);
});

it("knows what channels are called there", async () => {
  learn([{ id: "phone", texts: { en: { name: "Phone" }, es: { name: "Teléfono" } } }]);
  const theirs = await tellIn("es");
  expect(theirs("channel.phone.name" as never)).toBe("Teléfono");
});
