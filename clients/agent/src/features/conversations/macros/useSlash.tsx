/** Macros in the composer: a stroke at the head of a word offers them; left without a choice, it was meant as a stroke. */
import type { Conversation } from "@shared/types";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { useT } from "@lib/i18n";
import type { WaitingMacro } from "@lib/model";
import { IconButton } from "@ui/Button";
import { IconBolt } from "@ui/icons";
import { beginsWord, receiveWords } from "../insert";
import { MacroPicker } from "./MacroPicker";

/** Where the words go. */
interface Box { focus: () => void; holds: (target: EventTarget | null) => boolean; insert: (words: string) => void }
interface Slash { onKey: (event: KeyboardEvent) => void; button: ReactNode }

export function useSlash(one: Conversation, box: RefObject<Box | null>, how: { note: boolean; toReply: () => void; onMacro: (macro: WaitingMacro) => void; onDone: () => void }): Slash {
  const t = useT();
  const [open, setOpen] = useState(false);
  const stroke = useRef(false);
  const now = useRef(how);
  now.current = how;
  useEffect(() => receiveWords(one.id, ({ text, macro }) => {
    now.current.toReply();
    // After the reply's own draft is on.
    setTimeout(() => {
      box.current?.insert(text);
      now.current.onMacro(macro);
    });
  }), [one.id, box]);

  function onOpen(on: boolean): void {
    setOpen(on);
    if (on) return;
    setTimeout(() => {
      if (stroke.current) box.current?.insert("/");
      else box.current?.focus();
      stroke.current = false;
    });
  }
  return {
    onKey: (event) => {
      const meant = event.key === "/" && !how.note && !event.ctrlKey && !event.metaKey && !event.altKey && !event.nativeEvent.isComposing;
      if (!meant || !box.current?.holds(event.target) || !beginsWord(event.target)) return;
      event.preventDefault();
      stroke.current = true;
      setOpen(true);
    },
    button: (
      <MacroPicker targets={[one]} open={open} onDone={how.onDone} onChosen={() => { stroke.current = false; }} onOpen={onOpen}>
        <IconButton label={t("act.macro")} keys="/" onClick={() => setOpen(!open)}><IconBolt size={17} /></IconButton>
      </MacroPicker>
    ),
  };
}
