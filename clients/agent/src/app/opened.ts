/** What an open conversation is made of: asked for with the first one, and ahead of it once the list stands. */
import { lazy } from "react";

const pane = () => import("@features/conversations/ConversationPane");
const panel = () => import("@features/contacts/ContactPanel");

export const ConversationPane = lazy(async () => ({ default: (await pane()).ConversationPane }));
export const ContactPanel = lazy(async () => ({ default: (await panel()).ContactPanel }));

/** Asks for it when the browser has nothing better to do; a failure is met when it is needed. */
export function fetchAhead(): void {
  (window.requestIdleCallback ?? setTimeout)(() => void Promise.allSettled([pane(), panel()]));
}

// An address of a conversation shows one at once.
if (/^\/inbox\/./.test(location.pathname)) void Promise.allSettled([pane(), panel()]);
