import { defineConfig } from "vitest/config";
import { texts } from "./build.mjs";

export default defineConfig({
  plugins: [texts()],
  test: { include: ["tests/**/*.test.{ts,tsx}"], environment: "happy-dom", restoreMocks: true },
});
