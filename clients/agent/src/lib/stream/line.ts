/** A page's line to the hub: in the shared worker, or in the page itself where there is none. */
import { Hub, type FromHub, type ToHub } from "./hub";

export interface Line { send: (message: ToHub) => void }

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
  worker.port.addEventListener("message", ({ data }) => hear(data as FromHub));
  worker.port.start();
  // A worker that could not be loaded: this page goes on by itself.
  worker.addEventListener("error", () => {
    line = own();
    if (joined) line.send(joined);
  });
  return {
    send: (message) => {
      joined = message.type === "join" ? message : message.type === "leave" || message.type === "out" ? null : joined;
      line.send(message);
    },
  };
}
