/** What may be done to a message at the outside, and why not: by its channel's manifest and where it stands. Pure. */
import type { Message } from "@shared/types";
import type { Channel } from "@lib/model";

export type Deed = "react" | "edit" | "delete";
/** Each is also the code the server refuses with. */
export type Reason = "unsupported" | "not-sent" | "not-ours" | "parts" | "too-late-to-change";
const FEATURES: Record<Deed, string> = { react: "reactions", edit: "edit", delete: "delete" };
const LEFT = new Set(["sent", "delivered", "read"]);

/** Notes, activities and what was taken back have nothing to be done to. */
export const isLive = (message: Message): boolean =>
  (message.kind === "incoming" || message.kind === "outgoing") && !message.deleted_at && !message.id.startsWith("local-");

/** null: it may be done. */
export function whyNot(deed: Deed, message: Message, channel: Channel | undefined, now: number): Reason | null {
  if (!channel?.features.includes(FEATURES[deed])) return "unsupported";
  if (deed !== "react" && message.kind !== "outgoing") return "not-ours";
  if (message.kind === "outgoing" && !LEFT.has(message.state)) return "not-sent";
  if (deed === "react") return null;
  const limit = deed === "edit" ? channel.limits.edit_s : channel.limits.delete_s;
  if (limit && now > Date.parse(message.at) + limit * 1000) return "too-late-to-change";
  if (deed === "edit" && (message.parts?.length ?? 0) > 1) return "parts";
  return deed === "edit" && !message.text.trim() ? "unsupported" : null;
}

/** Until when it may be done, where the channel sets an end. */
export function until(deed: "edit" | "delete", message: Message, channel: Channel): number | null {
  const limit = deed === "edit" ? channel.limits.edit_s : channel.limits.delete_s;
  return limit ? Date.parse(message.at) + limit * 1000 : null;
}
