import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SERVER = process.env["HILO_URL"] ?? "http://127.0.0.1:8000";

const proxy = Object.fromEntries(
  ["/api", "/files", "/widget", "/demo", "/chat", "/hooks"].map((path) => [path, { target: SERVER, ws: true }]),
);

export default defineConfig({
  base: "/",
  plugins: [react()],
  resolve: {
    alias: {
      "@shared": here("../shared"), "@lib": here("src/lib"), "@ui": here("src/ui"), "@features": here("src/features"),
    },
  },
  build: {
    outDir: here("../../src/hilo/entry/static/agent"), emptyOutDir: true, target: "es2023",
    chunkSizeWarningLimit: 700, assetsInlineLimit: 2048,
  },
  server: { port: 5173, fs: { allow: [here(".."), here("../..")] }, proxy },
  preview: { port: 5173, proxy },
  test: {
    environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true,
    server: { deps: { inline: [/@mantine/] } },
  },
});
