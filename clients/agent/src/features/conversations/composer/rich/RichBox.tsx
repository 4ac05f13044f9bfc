/** The editor of rich replies. It takes over what was typed before it came, and speaks HTML and text. */
import { Editor } from "@tiptap/core";
import { useEffect, useImperativeHandle, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { StoredFile } from "@lib/model";
import type { BoxHandle, RichProps } from "../box";
import css from "./RichBox.module.css";
import { schema } from "./schema";
import { Toolbar } from "./Toolbar";
import { docOf, textOf } from "./words";

const PLAIN = /^(<p>([^<]|<br>)*<\/p>)*$/;

export default function RichBox({ text, html, label, placeholder, files, bar, start, onChange, onFiles, ref }: RichProps) {
  const home = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor | null>(null);
  const latest = useRef({ placeholder, files, onChange, onFiles });
  latest.current = { placeholder, files, onChange, onFiles };
  /** The text as it stood here last: what differs came from elsewhere. */
  const said = useRef<{ text: string; html: string | undefined }>({ text, html });
  const begin = useRef({ text, html, start, label });
  /** The focus was asked for before the editor stood. */
  const wish = useRef<{ caret: number | undefined } | null>(null);

  useEffect(() => {
    const { text: words, html: looks, start: caret, label: name } = begin.current;
    const made = new Editor({
      element: home.current!, injectCSS: false, content: looks || docOf(words),
      extensions: schema(() => latest.current.placeholder, (id) => latest.current.files.find((file) => file.id === id)?.url ?? ""),
      editorProps: {
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": name, class: css.text!, dir: "auto", spellcheck: "true" },
        // They send and leave: the page's keys, not the editor's.
        handleDOMEvents: { keydown: (_, event) => event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey)) },
        handlePaste: (_, event) => take(event.clipboardData?.files, event),
        handleDrop: (_, event) => take(event.dataTransfer?.files, event, false),
      },
      onUpdate: ({ editor: now }) => {
        said.current = { text: textOf(now.getJSON()), html: now.isEmpty ? undefined : now.getHTML() };
        latest.current.onChange(said.current.text, said.current.html);
      },
    });
    function take(list: FileList | undefined, event: Event, inline = true): boolean {
      if (!list?.length) return false;
      event.preventDefault();
      event.stopPropagation();
      const all = [...list];
      const shown = (file: File) => inline && file.type.startsWith("image/");
      latest.current.onFiles(all.filter((file) => !shown(file)));
      latest.current.onFiles(all.filter(shown), (file) => insert(made, file));
      return true;
    }
    made.commands.setTextSelection(made.state.doc.content.size - 1);
    if (caret !== null) wish.current = { caret };
    if (wish.current) put(made, wish.current.caret);
    setEditor(made);
    return () => made.destroy();
  }, []);

  useEffect(() => {
    if (!editor || (text === said.current.text && html === said.current.html)) return;
    said.current = { text, html };
    editor.commands.setContent(html || docOf(text), { emitUpdate: false });
  }, [editor, text, html]);
  useEffect(() => {
    if (!editor) return;
    editor.view.dom.setAttribute("aria-label", label);
    editor.view.dispatch(editor.state.tr); // the placeholder is drawn again
  }, [editor, label, placeholder]);

  useImperativeHandle(ref, (): BoxHandle => ({
    focus: (caret) => {
      if (editor) put(editor, caret);
      else wish.current = { caret };
    },
    blur: () => editor?.view.dom.blur(),
    holds: (target) => Boolean(home.current?.contains(target as globalThis.Node | null)),
    caret: () => Math.max(0, (editor?.state.selection.from ?? 1) - 1),
    insert: (words) => {
      if (!editor) return;
      editor.view.focus();
      editor.commands.insertContent(docOf(words));
    },
  }), [editor]);

  return (
    <>
      <div ref={home} className={`${css.box} scroll`} />
      {bar && editor ? createPortal(<Toolbar editor={editor} />, bar) : null}
    </>
  );
}

/** In a plain document the caret's place is the text's; elsewhere one goes on at the end. */
function put(editor: Editor, caret: number | undefined): void {
  const end = editor.state.doc.content.size - 1;
  if (caret !== undefined) editor.commands.setTextSelection(PLAIN.test(editor.getHTML()) ? Math.min(caret + 1, end) : end);
  // The editor's own command waits for a frame, and keys typed until then would be lost.
  editor.view.focus();
}

function insert(editor: Editor, file: StoredFile): void {
  if (editor.isDestroyed) return;
  editor.chain().insertContent({ type: "picture", attrs: { file: file.id, alt: file.name, url: file.url } }).run();
}
