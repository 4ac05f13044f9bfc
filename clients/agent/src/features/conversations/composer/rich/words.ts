/** Between plain text and the editor's document: what a text looks like as paragraphs, and a document read as text. Pure. */

export interface Mark { type: string; attrs?: Record<string, unknown> }
export interface Node { type?: string; text?: string; attrs?: Record<string, unknown>; content?: Node[]; marks?: Mark[] }

/** A blank line parts paragraphs, a line end breaks one. The caret's place in the text is its place in the document less one. */
export function docOf(text: string): Node {
  return { type: "doc", content: text.split("\n\n").map((part) => ({ type: "paragraph", content: lineOf(part) })) };
}

function lineOf(part: string): Node[] {
  return part.split("\n").flatMap((line, index) => [
    ...(index ? [{ type: "hardBreak" }] : []), ...(line ? [{ type: "text", text: line }] : []),
  ]);
}

/** What the other side reads where HTML is not shown: lists and quotes are marked by signs, links say their address. */
export function textOf(node: Node): string {
  return blocks(node.content ?? []).join("\n\n");
}

function blocks(nodes: readonly Node[]): string[] {
  return nodes.map((node) => {
    const inside = node.content ?? [];
    switch (node.type) {
      case "bulletList": return inside.map((item) => hung("• ", item)).join("\n");
      case "orderedList": return inside.map((item, index) => hung(`${Number(node.attrs?.["start"] ?? 1) + index}. `, item)).join("\n");
      case "blockquote": return blocks(inside).join("\n\n").split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
      default: return spoken(inside);
    }
  });
}

function hung(sign: string, item: Node): string {
  const [first = "", ...rest] = blocks(item.content ?? []).join("\n").split("\n");
  return [sign + first, ...rest.map((line) => " ".repeat(sign.length) + line)].join("\n");
}

function spoken(nodes: readonly Node[]): string {
  return nodes.map((node, index) => {
    if (node.type === "hardBreak") return "\n";
    if (node.type === "picture") return `[${String(node.attrs?.["alt"] ?? "")}]`;
    const href = linkOf(node);
    const goesOn = href !== null && nodes[index + 1] !== undefined && linkOf(nodes[index + 1]!) === href;
    const text = node.text ?? "";
    return href === null || goesOn || bare(href) === bare(text) ? text : `${text} (${bare(href)})`;
  }).join("");
}

const linkOf = (node: Node): string | null => {
  const link = node.marks?.find((mark) => mark.type === "link");
  return link ? String(link.attrs?.["href"] ?? "") : null;
};
const bare = (address: string): string => address.replace(/^mailto:/, "").replace(/\/$/, "");

/** What was typed as a link's address, made whole; empty when it is none. */
export function addressOf(typed: string): string {
  const given = typed.trim();
  if (/^(https?:\/\/|mailto:|tel:)\S+$/i.test(given)) return given;
  if (/^[^\s@/]+@[^\s@/]+$/.test(given)) return `mailto:${given}`;
  return /^[^\s/:]+\.[^\s]{2,}$/.test(given) ? `https://${given}` : "";
}
