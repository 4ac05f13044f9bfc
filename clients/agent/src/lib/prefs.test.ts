import { expect, test, vi } from "vitest";
import { api } from "./api";
import { cache } from "./cache";
import { prefer } from "./prefs";

test("changes of the profile reach the server one after the other", async () => {
  cache.setQueryData(["me"], { agent: { id: "ada", preferences: {} } });
  const answers: (() => void)[] = [];
  const patch = vi.spyOn(api, "patch").mockImplementation(() => new Promise((resolve) => answers.push(() => resolve(undefined as never))));
  const both = [prefer({ panel: false }), prefer({ panel: true })];
  await vi.waitFor(() => expect(patch).toHaveBeenCalledTimes(1));
  answers[0]!();
  await vi.waitFor(() => expect(patch).toHaveBeenCalledTimes(2));
  answers[1]!();
  await Promise.all(both);
  expect(patch.mock.calls.map(([, body]) => (body as { preferences: { panel: boolean } }).preferences.panel)).toEqual([false, true]);
  vi.restoreAllMocks();
});
