/** Where the words of a message stand: a plain text area, or the rich editor that takes it over. */
import type { Ref } from "react";
import type { StoredFile } from "@lib/model";

export interface BoxHandle {
  /** caret: where in the text; without it, where it was. */
  focus: (caret?: number) => void;
  blur: () => void;
  /** Whether an event's target is in it. */
  holds: (target: EventTarget | null) => boolean;
  caret: () => number;
  /** Puts words where the caret is. */
  insert: (words: string) => void;
}

/** Takes files; `done` is told of each that has arrived, for one that stands in the text. */
export type TakeFiles = (files: readonly File[], done?: (file: StoredFile) => void) => void;

export interface BoxProps {
  text: string; html: string | undefined; label: string; placeholder: string;
  /** The message's files: pictures in the text are among them. */
  files: readonly { id: string; url?: string }[];
  onChange: (text: string, html: string | undefined) => void;
  onFiles: TakeFiles;
  ref: Ref<BoxHandle>;
}

export interface RichProps extends BoxProps {
  /** Where its toolbar stands. */
  bar: HTMLElement | null;
  /** The caret to go on at, or null when it is not the one being written in. */
  start: number | null;
}
