/** Weighs what a visitor loads up to the first message, gzipped. Fails when it is over the budget. */

import { gzipSync } from "node:zlib";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const LOADER_BYTES = 3_000;
export const ALL_BYTES = 15_000;
const out = join(dirname(fileURLToPath(import.meta.url)), "../../src/hilo/entry/static/widget");

const gzip = (text) => gzipSync(text, { level: 9 }).length;
const weigh = (name) => gzip(readFileSync(join(out, name)));
// What the server writes in front of the loader: the account's looks and three texts; and into the panel's page.
const boot = JSON.stringify({
  account: "01a20412-b75a-7465-9527-d1de32cbaa4f", fill: "#a8304a", on: "#ffffff", position: "right", text: "Ask us", lang: "en",
  hide: ["/checkout*"], pages: true, words: ["Open the chat", "Close the chat", "{count} new answers"],
});
const config = JSON.stringify({
  title: "Casa Faro", logo: "https://casafaro.example/logo.png", greeting: { en: "Hello. Ask us about anything in the shop." },
  brand: { fill: "#a8304a", on: "#ffffff", ink: "#a8304a", "ink-dark": "#e8899b" }, ask_consent: false,
  limits: { text_chars: 10000, file_bytes: 15000000, files: 5 },
});

/** The script and what it imports before it runs; `import()` is for later and does not count. */
function needed(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(join(out, "assets", name), "utf8");
  for (const [, other] of text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)) needed(other, found);
  return found;
}

/** Weighs the built widget: the loader with an account's looks in it, and all a visitor gets until it has written. */
export function measure() {
  const assets = readdirSync(join(out, "assets")).filter((name) => /\.(js|css)$/.test(name));
  const loader = gzip(`(()=>{const hiloBoot=${boot};\n${readFileSync(join(out, "loader.js"), "utf8")}\n})();\n`);
  const first = [...needed(assets.find((name) => /^panel-.*\.js$/.test(name))), ...assets.filter((name) => /^panel-.*\.css$/.test(name))];
  const panel = first.map((name) => [name, weigh(`assets/${name}`)]);
  // A visitor loads one language: the heaviest counts.
  const pages = readdirSync(out).filter((name) => /^panel-\w\w\.html$/.test(name));
  const page = Math.max(...pages.map((name) => gzip(readFileSync(join(out, name), "utf8").replace("{config}", config))));
  const parts = [["loader.js", loader], ["the panel's page", page], ...panel];
  return { parts, loader, all: parts.reduce((sum, [, bytes]) => sum + bytes, 0) };
}

function main() {
  const { parts, loader, all } = measure();
  for (const [name, bytes] of parts) process.stdout.write(`${String(bytes).padStart(7)}  ${name}\n`);
  process.stdout.write(`${String(all).padStart(7)}  up to the first message, gzip (budget ${ALL_BYTES}; loader ${LOADER_BYTES})\n`);
  if (loader <= LOADER_BYTES && all <= ALL_BYTES) return;
  process.stderr.write("The widget is over its budget.\n");
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
