/** Builds loader and panel into the package's static folder; each file also compressed beside itself. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../../src/hilo/entry/static/widget");
const LOCALES = ["en", "es", "pt"];

/** Texts that the panel shows before anything was said; the other ones come with the conversation. */
const FIRST = /^(open|close|greeting|online|away|reply_\w+|log|write|send|sending|sent|waiting|refused|again|offline|unreachable|attach|too_long)$/;
/** Texts of the launcher only: the server writes them into the loader. */
const LAUNCHER = /^(unread|open)$/;

/** The catalogue's `widget.` keys, one chunk per language and part. */
export function texts() {
  const prefix = "\0texts/";
  return {
    name: "hilo-texts",
    resolveId: (id) => (id.startsWith("virtual:texts/") ? prefix + id.slice("virtual:texts/".length) : undefined),
    load(id) {
      if (!id.startsWith(prefix)) return undefined;
      const [part, locale] = id.slice(prefix.length).split("/");
      if (!locale) {
        const loads = LOCALES.map((each) => `${each}: () => import("virtual:texts/${part}/${each}")`);
        return `export default { ${loads.join(", ")} };`;
      }
      const all = JSON.parse(readFileSync(join(here, `../shared/messages/${locale}.json`), "utf8"));
      const own = Object.entries(all).flatMap(([key, text]) => {
        const name = key.startsWith("widget.") ? key.slice("widget.".length) : "";
        return name && !LAUNCHER.test(name) && FIRST.test(name) === (part === "panel") ? [[name, text]] : [];
      });
      return `export default ${JSON.stringify(Object.fromEntries(own))};`;
    },
  };
}

/** As a library, since an application's build adds a loader of its own to every lazy part. */
async function bundle(name, format, entry) {
  await build({
    root: here,
    configFile: false,
    logLevel: "warn",
    plugins: [texts()],
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "es2022",
      minify: true,
      lib: { entry: join(here, entry), formats: [format], name: "_", cssFileName: name },
      rolldownOptions: {
        output: {
          minify: true,
          entryFileNames: format === "iife" ? "[name].js" : "assets/[name]-[hash].js",
          chunkFileNames: ({ name: chunk, moduleIds }) => {
            const text = /texts\/(\w+)\/(\w+)/.exec(moduleIds.at(-1) ?? "");
            return text ? `assets/texts-${text[1]}-${text[2]}-[hash].js` : `assets/${chunk}-[hash].js`;
          },
        },
        // Lazy parts take what they share from the panel instead of making chunks of it.
        preserveEntrySignatures: "allow-extension",
      },
    },
  });
}

/** Names the style sheet by its content and writes the page that loads both. */
function page() {
  const css = readFileSync(join(out, "panel.css"));
  const style = `assets/panel-${createHash("sha256").update(css).digest("base64url").slice(0, 8)}.css`;
  renameSync(join(out, "panel.css"), join(out, style));
  const script = readdirSync(join(out, "assets")).find((each) => /^panel-.*\.js$/.test(each));
  const html = readFileSync(join(here, "panel.html"), "utf8").replace("{style}", style).replace("{script}", `assets/${script}`);
  writeFileSync(join(out, "panel.html"), html);
}

function compress() {
  for (const name of readdirSync(out, { recursive: true })) {
    if (!/\.(js|css|html|svg)$/.test(name)) continue;
    const path = join(out, name);
    const raw = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(raw, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(out, { recursive: true, force: true });
  await bundle("panel", "es", "src/panel.tsx");
  await bundle("loader", "iife", "src/loader.ts");
  page();
  compress();
}
