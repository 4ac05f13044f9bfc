/** What a reply may hold: paragraphs, bold, italic, lists, links, quotes, pictures of its own. Nothing else survives pasting. */
import { Node } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Italic } from "@tiptap/extension-italic";
import { Link } from "@tiptap/extension-link";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import { Placeholder, UndoRedo } from "@tiptap/extensions";

/** A picture in the text: one of the message's files, by its id. */
const picture = (urlOf: (file: string) => string) => Node.create({
  name: "picture", inline: true, group: "inline", atom: true, draggable: true,
  // url: of one that has just arrived; it is not kept.
  addAttributes: () => ({ file: { default: "" }, alt: { default: "" }, url: { default: "" } }),
  parseHTML: () => [{
    tag: "img[src^='cid:']",
    getAttrs: (node) => ({ file: node.getAttribute("src")!.slice(4), alt: node.getAttribute("alt") ?? "" }),
  }],
  renderHTML: ({ node }) => ["img", { src: `cid:${String(node.attrs["file"])}`, alt: String(node.attrs["alt"]) }],
  addNodeView: () => ({ node }) => {
    const dom = document.createElement("img");
    dom.src = String(node.attrs["url"]) || urlOf(String(node.attrs["file"]));
    dom.alt = String(node.attrs["alt"]);
    return { dom };
  },
});

export function schema(placeholder: () => string, urlOf: (file: string) => string) {
  return [
    Document, Paragraph, Text, Bold, Italic, Blockquote, BulletList, OrderedList, ListKeymap, UndoRedo, picture(urlOf),
    // Mod+Enter sends; Tab leaves the editor, as from any field.
    HardBreak.extend({ addKeyboardShortcuts() { return { "Shift-Enter": () => this.editor.commands.setHardBreak() }; } }),
    ListItem.extend({ addKeyboardShortcuts() { return { Enter: () => this.editor.commands.splitListItem(this.name) }; } }),
    Link.configure({
      openOnClick: false, defaultProtocol: "https", protocols: ["mailto", "tel"],
      HTMLAttributes: { target: null, rel: null },
      isAllowedUri: (uri) => /^(https?:|mailto:|tel:)/i.test(uri ?? ""),
    }),
    Placeholder.configure({ placeholder, showOnlyWhenEditable: false }),
  ];
}
