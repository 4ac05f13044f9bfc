/** Builds loader and panel into the package's static folder; each file also compressed beside itself. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../../src/hilo/entry/static/widget");
const LOCALES = ["en", "es", "pt"];

/** Texts that the panel shows before anything was said; the other ones come with the conversation. */
const FIRST = /^(open|close|greeting|online|away|reply_\w+|log|write|send|sending|sent|waiting|refused|again|offline|unreachable|attach|too_long|back)$/;
/** Texts of the launcher only: the server writes them into the loader. */
const LAUNCHER = /^(unread|open)$/;

/** Texts of the page that asks for notifications, and of what the server itself writes into one. */
const NOTIFY = /^notify_/;
const SERVER = /^push_file$/;

/** The catalogue's `widget.` keys of one part, without `widget.` in front: of the empty "panel", a "talk" or "notify". */
export function texts(part, locale) {
  const all = JSON.parse(readFileSync(join(here, `../shared/messages/${locale}.json`), "utf8"));
  const found = Object.entries(all).flatMap(([key, text]) => {
    const name = key.startsWith("widget.") ? key.slice("widget.".length) : "";
    const home = FIRST.test(name) ? "panel" : NOTIFY.test(name) ? "notify" : "talk";
    return name && !LAUNCHER.test(name) && !SERVER.test(name) && home === part ? [[name, text]] : [];
  });
  return Object.fromEntries(found);
}

/** Marks for bundlers further on; there is none, and a browser would load them. */
const MARK = /([\w$]?)\/\* ?@__PURE__ ?\*\/ ?/g;
const unmarked = {
  name: "hilo-unmarked",
  generateBundle(_, made) {
    for (const part of Object.values(made)) part.code &&= part.code.replaceAll(MARK, (_mark, before) => (before ? `${before} ` : ""));
  },
};

/** Colours as every browser knows them, and in a third of the letters. Source: CSS Color 4, 10.8 and 18. */
function rgb(lightness, chroma, hue) {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const light = linear.map((each) => (each > 0.0031308 ? 1.055 * each ** (1 / 2.4) - 0.055 : 12.92 * each));
  return `#${light.map((each) => Math.round(255 * Math.min(1, Math.max(0, each))).toString(16).padStart(2, "0")).join("")}`;
}

const plainColors = {
  name: "hilo-plain-colours",
  enforce: "pre",
  transform: (code, id) =>
    /\.css(\?|$)/.test(id) ? code.replaceAll(/oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g, (_, ...given) => rgb(...given.slice(0, 3).map(Number))) : undefined,
};

/** As a library, since an application's build adds a loader of its own to every lazy part. */
async function bundle(name, format, entry) {
  await build({
    root: here,
    configFile: false,
    logLevel: "warn",
    plugins: [plainColors, unmarked],
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "es2022",
      cssTarget: "esnext",
      minify: true,
      lib: { entry: join(here, entry), formats: [format], name: "_", cssFileName: name },
      rolldownOptions: {
        output: {
          minify: true,
          entryFileNames: format === "iife" ? "[name].js" : "assets/[name]-[hash].js",
          chunkFileNames: "assets/[name]-[hash].js",
        },
        // Lazy parts take what they share from the panel instead of making chunks of it.
        preserveEntrySignatures: "allow-extension",
      },
    },
  });
}

/** Writes a part under a name made of its content; returns the name. */
function named(stem, ending, content) {
  const name = `assets/${stem}-${createHash("sha256").update(content).digest("base64url").slice(0, 8)}.${ending}`;
  writeFileSync(join(out, name), content);
  return name;
}

/** Writes a page that loads script and style, one per language: its texts stand in it, a talk's beside the panel's. */
function pages(stem) {
  const css = readFileSync(join(out, `${stem}.css`));
  rmSync(join(out, `${stem}.css`));
  const style = named(stem, "css", css);
  const script = readdirSync(join(out, "assets")).find((each) => each.startsWith(`${stem}-`) && each.endsWith(".js"));
  const template = readFileSync(join(here, `${stem}.html`), "utf8").replace("{style}", style).replace("{script}", `assets/${script}`);
  for (const locale of LOCALES) {
    const first = JSON.stringify(texts(stem, locale)).replaceAll("<", "\\u003c");
    const more = stem === "panel" ? named(`texts-${locale}`, "json", JSON.stringify(texts("talk", locale))) : "";
    const html = template.replace("{locale}", locale).replace("{texts}", first).replace("{more}", more);
    writeFileSync(join(out, `${stem}-${locale}.html`), html);
  }
}

/** The texts of the shop's pages: the catalogue's `walkin.` keys. */
function shopTexts(locale) {
  const all = JSON.parse(readFileSync(join(here, `../shared/messages/${locale}.json`), "utf8"));
  return Object.fromEntries(Object.entries(all).flatMap(([key, text]) => (key.startsWith("walkin.") && key !== "walkin.missing" ? [[key.slice("walkin.".length), text]] : [])));
}

/** The shop's page, one per language, with its texts in it. */
function shopPages() {
  const css = readFileSync(join(out, "shop.css"));
  rmSync(join(out, "shop.css"));
  const style = named("shop", "css", css);
  const script = readdirSync(join(out, "assets")).find((each) => /^shop-.*\.js$/.test(each));
  const template = readFileSync(join(here, "shop.html"), "utf8").replace("{style}", style).replace("{script}", `assets/${script}`);
  for (const locale of LOCALES) {
    const said = JSON.stringify(shopTexts(locale)).replaceAll("<", "\\u003c");
    writeFileSync(join(out, `shop-${locale}.html`), template.replace("{locale}", locale).replace("{texts}", said));
  }
}

function compress() {
  for (const name of readdirSync(out, { recursive: true })) {
    if (!/\.(js|json|css|html|svg)$/.test(name)) continue;
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
  await bundle("push", "iife", "src/push.ts");
  await bundle("notify", "es", "src/notify.ts");
  pages("panel");
  pages("notify");
  await bundle("shop", "es", "src/shop/shop.tsx");
  shopPages();
  compress();
}
