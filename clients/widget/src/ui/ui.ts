/** What the panel's screen holds beside the chat's state: one object, drawn again as a whole. */

import type { ComponentType } from "preact";
import type { Chat } from "../chat";
import type { Sent } from "../outbox";
import type { State } from "../state";
import type { T } from "../t";

/** A file chosen for the next message; stored once the server has it. */
export type Chosen = { readonly id: string; readonly name: string; readonly stored?: Sent["files"][number] };

export type Ui = {
  readonly isOpen: boolean;
  readonly text: string;
  readonly picked: readonly Chosen[];
  readonly problem: string;
  /** What to know before sending; empty when there is nothing. */
  readonly notice: string;
  readonly below: number;
  readonly isEmailWrong: boolean;
  /** What was pressed once and needs a second press. */
  readonly sure: "" | "forget" | "erase";
  /** Beside the place to write: what comes with a conversation. */
  readonly tool?: ComponentType<{ readonly view: View }>;
  /** Stands in the composer's place: questions before the first message, a recording. */
  readonly foot?: ComponentType<{ readonly view: View }> | undefined;
};

export type View = {
  readonly chat: Chat;
  readonly state: State;
  readonly ui: Ui;
  /** The screen as it is by now, for what takes a while. */
  readonly now: () => Ui;
  readonly set: (change: Partial<Ui>) => void;
  readonly close: () => void;
  readonly attach: (files: readonly File[]) => void;
  readonly t: T;
};
