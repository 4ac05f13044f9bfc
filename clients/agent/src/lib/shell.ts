/** The page's side of working without a network: asks the browser to keep the console, and notices when a newer one is there. */

const LIST = "/shell.json";
const LATER_MS = 8000;

const live = (): boolean => import.meta.env.PROD && "serviceWorker" in navigator;

/** Registers the worker; when the page has been quiet for a while, this version is kept. */
export function keepShell(): void {
  if (!live()) return;
  void navigator.serviceWorker.register("/offline.js").then(
    () => setTimeout(() => void tell("keep"), LATER_MS), () => undefined);
}

export function forgetShell(): void {
  if (live()) void tell("forget");
}

async function tell(type: "keep" | "forget"): Promise<void> {
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ type });
}

/** Whether the server has another version than this page. */
export async function isOutdated(): Promise<boolean> {
  if (!import.meta.env.PROD) return false;
  try {
    const answer = await fetch(LIST, { cache: "no-store" });
    if (!answer.ok) return false;
    const { files } = (await answer.json()) as { files: string[] };
    return !files.includes(new URL(import.meta.url).pathname);
  } catch {
    return false;
  }
}
