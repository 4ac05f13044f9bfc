/**
 * The console without a network: its own files, whole and of one version, kept by the browser. Nothing of anybody's work:
 * that lies with the page, by person. With a network every page is asked of the server, so none is older than it.
 */
interface Lasting extends Event { waitUntil: (work: Promise<unknown>) => void }
interface Fetching extends Lasting { readonly request: Request; respondWith: (answer: Promise<Response>) => void }
interface Told extends Lasting { readonly data: { type: "keep" | "forget" } }
interface Worker { skipWaiting: () => Promise<void>; clients: { claim: () => Promise<void> } }

const worker = globalThis as unknown as Worker;
const SHELL = "hilo-shell-";
const LIST = "/shell.json";
/** Doors of the server that are no pages of the console. */
const OTHERS = /^\/(api|chat|demo|files|health|hooks|metrics|sandbox|widget)(\/|$)/;
/** The server is not there, says what stands before it. */
const AWAY = new Set([502, 504]);

addEventListener("install", () => void worker.skipWaiting());
addEventListener("activate", (event) => (event as Lasting).waitUntil(worker.clients.claim()));
addEventListener("message", (event) => {
  const told = event as unknown as Told;
  if (told.data.type === "keep") told.waitUntil(keep().catch(() => undefined));
  else if (told.data.type === "forget") told.waitUntil(forget(null));
});
addEventListener("fetch", (event) => {
  const asked = event as Fetching;
  const { request } = asked;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || OTHERS.test(pathname)) return;
  if (request.mode === "navigate") asked.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) asked.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

async function page(request: Request): Promise<Response> {
  const shell = () => caches.match("/");
  try {
    const answer = await fetch(request);
    return (AWAY.has(answer.status) ? await shell() : undefined) ?? answer;
  } catch {
    return (await shell()) ?? Response.error();
  }
}

/** Keeps a version when all of it has come; only then the one before goes. */
async function keep(): Promise<void> {
  const answer = await fetch(LIST, { cache: "no-store" });
  if (!answer.ok) return;
  const { build, files } = (await answer.json()) as { build: string; files: string[] };
  const name = SHELL + build;
  if ((await caches.keys()).includes(name) && (await (await caches.open(name)).match("/"))) return forget(name);
  const room = await caches.open(name);
  await room.addAll(files);
  await room.put("/", await fetch("/", { cache: "no-store" }));
  return forget(name);
}

async function forget(but: string | null): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(SHELL) && name !== but);
  await Promise.all(old.map((name) => caches.delete(name)));
}
