/** What an open conversation is made of: asked for with the first one, and ahead of it once the list stands. */
import { later } from "@ui/later";

export const ConversationPane = later(async () => (await import("@features/conversations/ConversationPane")).ConversationPane);
export const ContactPanel = later(async () => (await import("@features/contacts/ContactPanel")).ContactPanel);

const both = (): unknown => Promise.allSettled([ConversationPane.fetch(), ContactPanel.fetch()]);

/** Asks for it when the browser has nothing better to do; a failure is met when it is needed. */
export function fetchAhead(): void {
  (window.requestIdleCallback ?? setTimeout)(() => void both());
}

// An address of a conversation shows one at once.
if (/^\/inbox\/./.test(location.pathname)) both();
