/** The shared worker: one hub for every page of this browser. */
import { Hub, type ToHub } from "./hub";
import type { Here } from "./line";

const hub = new Hub();

addEventListener("connect", (event) => {
  const door = (event as MessageEvent).ports[0]!;
  const port = { post: (message: object) => door.postMessage(message) };
  door.addEventListener("message", ({ data }) => hub.hear(port, data as ToHub));
  door.start();
  door.postMessage({ type: "here" } satisfies Here);
});
