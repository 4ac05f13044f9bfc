/** How the words look: a toolbar of one tab stop, walked by the arrow keys. */
import type { Editor } from "@tiptap/core";
import { useEffect, useReducer, useRef, useState, type KeyboardEvent } from "react";
import type { Key } from "@shared/t";
import { useT } from "@lib/i18n";
import { Button, IconButton } from "@ui/Button";
import { Floating } from "@ui/Floating";
import { IconBlockquote, IconBold, IconItalic, IconLink, IconList, IconListNumbers } from "@ui/icons";
import css from "./Toolbar.module.css";
import { addressOf } from "./words";

const MARKS: readonly { name: string; label: Key; keys?: string; Icon: typeof IconBold; run: (editor: Editor) => void }[] = [
  { name: "bold", label: "composer.bold", keys: "mod+b", Icon: IconBold, run: (editor) => editor.chain().focus().toggleBold().run() },
  { name: "italic", label: "composer.italic", keys: "mod+i", Icon: IconItalic, run: (editor) => editor.chain().focus().toggleItalic().run() },
  { name: "bulletList", label: "composer.list", keys: "mod+shift+8", Icon: IconList, run: (editor) => editor.chain().focus().toggleBulletList().run() },
  { name: "orderedList", label: "composer.numbers", keys: "mod+shift+7", Icon: IconListNumbers, run: (editor) => editor.chain().focus().toggleOrderedList().run() },
  { name: "blockquote", label: "composer.quote", keys: "mod+shift+b", Icon: IconBlockquote, run: (editor) => editor.chain().focus().toggleBlockquote().run() },
];

export function Toolbar({ editor }: { editor: Editor }) {
  const t = useT();
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const [at, setAt] = useState(0);
  const [linking, setLinking] = useState(false);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    editor.on("transaction", draw);
    return () => void editor.off("transaction", draw);
  }, [editor]);

  function onKeyDown(event: KeyboardEvent): void {
    const all = MARKS.length + 1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + all) % all;
    setAt(next);
    bar.current?.querySelectorAll<HTMLElement>("[data-tool]")[next]?.focus();
  }
  return (
    <div ref={bar} role="toolbar" tabIndex={-1} aria-label={t("composer.formatting")} className={css.bar} onKeyDown={linking ? undefined : onKeyDown}>
      {MARKS.map(({ name, label, keys, Icon, run }, index) => (
        <IconButton key={name} label={t(label)} keys={keys} on={editor.isActive(name)} data-tool={name} tabIndex={index === at ? 0 : -1}
          onFocus={() => setAt(index)} onClick={() => run(editor)}><Icon size={16} /></IconButton>
      ))}
      <Floating open={linking} onClose={() => setLinking(false)} label={t("composer.link")} side="start" width={300} layer="picker" trigger={
        <IconButton label={t("composer.link")} on={editor.isActive("link")} data-tool="link" tabIndex={at === MARKS.length ? 0 : -1}
          onFocus={() => setAt(MARKS.length)} onClick={() => setLinking((now) => !now)}><IconLink size={16} /></IconButton>
      }>
        <LinkForm editor={editor} onDone={() => { setLinking(false); setTimeout(() => editor.commands.focus()); }} />
      </Floating>
    </div>
  );
}

function LinkForm({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  const t = useT();
  const [typed, setTyped] = useState(String(editor.getAttributes("link")["href"] ?? ""));
  const address = addressOf(typed);
  function set(): void {
    if (!address) return;
    const { empty } = editor.state.selection;
    if (empty && !editor.isActive("link")) editor.chain().focus().insertContent({ type: "text", text: typed.trim(), marks: [{ type: "link", attrs: { href: address } }] }).run();
    else editor.chain().focus().extendMarkRange("link").setLink({ href: address }).run();
    onDone();
  }
  return (
    <form className={css.link} onSubmit={(event) => { event.preventDefault(); set(); }}>
      <label>{t("composer.link_address")}<input data-autofocus value={typed} inputMode="url" onChange={(event) => setTyped(event.target.value)} /></label>
      <p>
        {editor.isActive("link") ? <Button small kind="quiet" onClick={() => { editor.chain().focus().extendMarkRange("link").unsetLink().run(); onDone(); }}>{t("composer.unlink")}</Button> : null}
        <Button small kind="primary" type="submit" disabled={!address}>{t("composer.set_link")}</Button>
      </p>
    </form>
  );
}
