/** What lies over the page: the palette, the key list. */
import { store } from "./store";

export const layer = store<"palette" | "keys" | null>(null);
