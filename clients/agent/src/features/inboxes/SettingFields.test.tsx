/** The form of an account: who is told that something is wrong is brought to it. */
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { speak } from "@lib/i18n";
import type { Channel, Setting } from "@lib/model";
import { SettingFields } from "./SettingFields";

await speak("en");
afterEach(cleanup);

const setting = (name: string, advanced = false) => ({ name, kind: "text", required: false, advanced, choices: [], default: null }) as unknown as Setting;
const channel = { id: "phone", settings: [setting("first"), setting("second"), setting("hidden", true)] } as unknown as Channel;
const form = (errors: Record<string, string>) => <form><SettingFields channel={channel} errors={errors} /></form>;

test("the first field that is wrong has the keys, also below Advanced", () => {
  const { rerender } = render(form({}));
  expect(document.activeElement).toBe(document.body);
  rerender(form({ second: "Is needed", hidden: "Is needed" }));
  expect(document.activeElement).toBe(screen.getByLabelText(/^Second/));
  rerender(form({}));
  rerender(form({ hidden: "Is needed" }));
  expect(document.activeElement).toBe(screen.getByLabelText(/^Hidden/));
});
