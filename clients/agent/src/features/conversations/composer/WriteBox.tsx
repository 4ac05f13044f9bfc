/** The text area paints first; where the channel shows HTML, the rich editor comes when the page is idle and takes the words over. */
import { useEffect, useImperativeHandle, useRef, useState, type ComponentType } from "react";
import { flushSync } from "react-dom";
import type { BoxHandle, BoxProps, RichProps } from "./box";
import css from "./Composer.module.css";

/** Loaded once for all conversations; made anew for each. */
let loaded: ComponentType<RichProps> | null = null;
const load = (): Promise<ComponentType<RichProps>> => import("./rich/RichBox").then((module) => (loaded = module.default));
const IDLE_MS = 2000;

function whenIdle(run: () => void): () => void {
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(run, 400);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(run, { timeout: IDLE_MS });
  return () => cancelIdleCallback(asked);
}

function soon(run: () => void): () => void {
  const asked = requestAnimationFrame(run);
  return () => cancelAnimationFrame(asked);
}

interface Props extends BoxProps { rich: boolean; bar: HTMLElement | null }

export function WriteBox({ rich, bar, ...props }: Props) {
  const plain = useRef<BoxHandle>(null);
  const [start, setStart] = useState<{ caret: number | null } | null>(null);
  const composing = useRef(false);
  /** Words that have looks already do not wait in a plain text area. */
  const looks = Boolean(props.html);
  useEffect(() => {
    if (!rich) setStart((now) => (now?.caret ? { caret: null } : now));
  }, [rich]);
  useEffect(() => {
    if (!rich || start) return;
    let gone = false;
    // Not while an input method holds half a word.
    const take = (): void => {
      if (gone) return;
      if (composing.current) setTimeout(take, 300);
      // In one go: a key between reading the caret and the editor's first stroke would land elsewhere.
      else flushSync(() => setStart({ caret: plain.current?.holds(document.activeElement) ? plain.current.caret() : null }));
    };
    const begin = (): void => (loaded ? take() : void load().then(take, () => undefined));
    // Making the editor costs more than showing the thread: first the thread.
    const forget = looks ? soon(begin) : whenIdle(begin);
    return () => {
      gone = true;
      forget();
    };
  }, [rich, start, looks]);
  const Rich = rich && start ? loaded : null;
  if (Rich) return <Rich {...props} bar={bar} start={start!.caret} />;
  return <PlainBox {...props} inner={plain} onComposing={(on) => (composing.current = on)} />;
}

interface PlainProps extends BoxProps { inner: React.RefObject<BoxHandle | null>; onComposing: (on: boolean) => void }

function PlainBox({ text, label, placeholder, onChange, onFiles, onComposing, inner, ref }: PlainProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const handle = (): BoxHandle => ({
    focus: (caret) => {
      box.current?.focus();
      if (caret !== undefined) box.current?.setSelectionRange(caret, caret);
    },
    blur: () => box.current?.blur(),
    holds: (target) => target !== null && target === box.current,
    caret: () => box.current?.selectionStart ?? 0,
    insert: (words) => {
      const at = box.current;
      if (!at) return;
      at.focus();
      at.setRangeText(words, at.selectionStart, at.selectionEnd, "end");
      onChange(at.value, undefined);
    },
  });
  useImperativeHandle(ref, handle);
  useImperativeHandle(inner, handle);
  return (
    <textarea ref={box} className={css.box} value={text} rows={2} dir="auto" spellCheck placeholder={placeholder} aria-label={label}
      onChange={(event) => onChange(event.target.value, undefined)}
      onCompositionStart={() => onComposing(true)} onCompositionEnd={() => onComposing(false)}
      onPaste={(event) => {
        if (!event.clipboardData.files.length) return;
        event.preventDefault();
        onFiles([...event.clipboardData.files]);
      }} />
  );
}
