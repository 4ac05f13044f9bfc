/** What the device and its owner allow: room for one column (phone), two, or three; motion or none. */
import { useSyncExternalStore } from "react";

const PHONE = matchMedia("(max-width: 700px)");
const DRAWER = matchMedia("(max-width: 1180px)");
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export type Room = "one" | "two" | "three";

const read = (): Room => (PHONE.matches ? "one" : DRAWER.matches ? "two" : "three");

function subscribe(listener: () => void): () => void {
  PHONE.addEventListener("change", listener);
  DRAWER.addEventListener("change", listener);
  return () => {
    PHONE.removeEventListener("change", listener);
    DRAWER.removeEventListener("change", listener);
  };
}

export function useRoom(): Room {
  return useSyncExternalStore(subscribe, read);
}

/** How to scroll somewhere: gliding tells where one goes, unless motion is too much for the reader. */
export const glide = (): ScrollBehavior => (STILL.matches ? "instant" : "smooth");
