/** A page's line to the hub: in the shared worker, or in the page itself where there is none. */
import { Hub, type FromHub, type ToHub } from "./hub";

export interface Line { send: (message: ToHub) => void }
/** What the worker says first, before any page joins. */
export interface Here { type: "here" }

/** How long a worker may take to say that it is there. */
const ANSWER_MS = 8000;

export function openLine(hear: (message: FromHub) => void): Line {
  const own = (): Line => {
    const hub = new Hub();
    const port = { post: hear };
    return { send: (message) => hub.hear(port, message) };
  };
  if (!("SharedWorker" in globalThis)) return own();
  let worker: SharedWorker;
  try {
    worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "hilo" });
  } catch {
    return own();
  }
  let line: Line = { send: (message) => worker.port.postMessage(message) };
  let joined: ToHub | null = null;
  const alone = (): void => {
    clearTimeout(patience);
    line.send({ type: "leave" });
    worker.port.close();
    line = own();
    if (joined) line.send(joined);
  };
  // A worker that could not be loaded or does not answer: this page goes on by itself.
  const patience = setTimeout(alone, ANSWER_MS);
  worker.addEventListener("error", alone);
  worker.port.addEventListener("message", ({ data }) => {
    clearTimeout(patience);
    if ((data as FromHub | Here).type !== "here") hear(data as FromHub);
  });
  worker.port.start();
  return {
    send: (message) => {
      joined = message.type === "join" ? message : message.type === "leave" || message.type === "out" ? null : joined;
      line.send(message);
    },
  };
}
