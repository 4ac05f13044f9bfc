import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SERVER = process.env["HILO_URL"] ?? "http://127.0.0.1:8000";

const proxy = Object.fromEntries(
  ["/api", "/files", "/widget", "/demo", "/chat", "/hooks"].map((path) => [path, { target: SERVER, ws: true }]),
);

/** What the console is made of, for the worker that keeps it; and the version, which is what it is made of. */
function shellList(): Plugin {
  return {
    name: "shell-list",
    generateBundle(_, bundle) {
      const wanted = (name: string) => /\.(js|css)$/.test(name) || /latin.*\.woff2$/.test(name);
      const files = Object.keys(bundle).filter((name) => name.startsWith("assets/") && wanted(name)).map((name) => `/${name}`).toSorted();
      const build = createHash("sha256").update(files.join()).digest("hex").slice(0, 16);
      this.emitFile({ type: "asset", fileName: "shell.json", source: JSON.stringify({ build, files }) });
    },
  };
}

export default defineConfig({
  base: "/",
  plugins: [react(), shellList()],
  resolve: {
    alias: {
      "@shared": here("../shared"), "@lib": here("src/lib"), "@ui": here("src/ui"), "@features": here("src/features"),
    },
  },
  build: {
    outDir: here("../../src/hilo/entry/static/agent"), emptyOutDir: true, target: "es2023",
    chunkSizeWarningLimit: 700, assetsInlineLimit: 2048,
    rolldownOptions: {
      input: { index: here("index.html"), offline: here("src/offline/worker.ts") },
      output: { entryFileNames: (chunk) => (chunk.name === "offline" ? "offline.js" : "assets/[name]-[hash].js") },
    },
  },
  server: { port: 5173, fs: { allow: [here(".."), here("../..")] }, proxy },
  preview: { port: 5173, proxy },
  test: {
    environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true,
    server: { deps: { inline: [/@mantine/] } },
  },
});
