/** How much room there is: one column (phone), two, or three. */
import { useSyncExternalStore } from "react";

const PHONE = matchMedia("(max-width: 700px)");
const DRAWER = matchMedia("(max-width: 1180px)");

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
