/** What a message may hold beside text, by its `type`: the closed set the server knows. */

export interface Choice { id: string; title: string; description?: string; url?: string | null }
export interface Person { name: string; phones?: string[]; emails?: string[]; company?: string }
export interface Place { type: "location"; latitude: number; longitude: number; name?: string; address?: string }
export interface People { type: "people"; people: Person[] }
export interface Choices { type: "choices"; choices: Choice[]; look?: "buttons" | "list"; label?: string }
export interface Chosen { type: "chosen"; id: string; title?: string; answers?: Record<string, string> }
export interface Slide { title: string; subtitle?: string; image?: string; choices?: Choice[] }
export interface Carousel { type: "carousel"; slides: Slide[] }
export interface TemplateSent { type: "template"; name: string; language: string; variables?: Record<string, string>; header?: string | null }
export interface OrderLine { product: string; quantity?: number; price?: number; name?: string }
export interface Order { type: "order"; lines: OrderLine[]; currency?: string }
export interface Sticker { type: "sticker"; emoji?: string; is_animated?: boolean }
export interface Voice { type: "voice"; duration_s?: number | null; peaks?: number[] }
export interface Story { type: "story"; what: "reply" | "mention"; url?: string }
export interface Comment { type: "comment"; post: string; link?: string; preview?: string; parent?: string | null }
export interface Shared { type: "shared"; url: string; title?: string; preview?: string }
export interface Strange { type: "strange"; kind: string; reason?: string }

export type Known =
  | Place | People | Choices | Chosen | Carousel | TemplateSent | Order | Sticker | Voice | Story | Comment | Shared | Strange;

/** Contents that show the message's files themselves. */
const OWN_FILES = new Set(["sticker", "voice", "story"]);
export const showsFiles = (content: { type: string } | null | undefined): boolean => OWN_FILES.has(content?.type ?? "");

/** Whether the words above would only say again what the content shows. */
export function repeats(content: { type: string } | null | undefined, text: string): boolean {
  const known = content as Known | null | undefined;
  const words = text.trim();
  if (!words) return true;
  if (known?.type === "chosen") return words === known.title?.trim();
  return known?.type === "sticker" && words === known.emoji;
}
