import { expect, it } from "vitest";
import { ALL_BYTES, LOADER_BYTES, measure } from "../budget.mjs";

it("weighs no more than its budget up to the first message", () => {
  const { loader, all, parts } = measure();
  expect(loader, JSON.stringify(parts)).toBeLessThanOrEqual(LOADER_BYTES);
  expect(all, JSON.stringify(parts)).toBeLessThanOrEqual(ALL_BYTES);
});
