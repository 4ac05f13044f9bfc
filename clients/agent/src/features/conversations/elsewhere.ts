/** Which conversation is being moved to another channel; null: none. Opened by the thread's head and the palette. */
import type { Id } from "@shared/types";
import { store } from "@lib/store";

export const leaving = store<Id | null>(null);
