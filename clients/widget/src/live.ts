/** What comes back: messages by socket or by polling, unread answers, the other side's writing, read marks. */

import type { Doors } from "./doors";
import { Line } from "./line";
import type { Batch, Frame, Message } from "./protocol";
import { NOTHING, type State } from "./state";
import { lastAnswer, merge, prepend, unread } from "./thread";

const PAGE = 30;
const TYPING_EVERY_MS = 3_000;

/** What this part needs of the chat it listens for. */
export type Host = {
  readonly doors: Doors;
  readonly state: State;
  readonly deps: { readonly isWatched: () => boolean; readonly arrived: (message: Message) => void };
  set(change: Partial<State>): void;
  kept(name: string): string;
  keep(name: string, value: string): void;
  /** The server has shown these back. */
  settle(shown: ReadonlySet<string | null>): void;
  /** The network is there: what waits may leave. */
  flush(): Promise<void>;
  /** The server does not know the token any more. */
  start(): Promise<void>;
};

export class Live {
  readonly #line: Line;
  #typedAt = 0;
  #typingEnds: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly chat: Host) {
    this.#line = new Line({
      open: (cursor) => chat.doors.socket(cursor),
      poll: () => this.catchUp(),
      cursor: () => chat.state.thread.cursor,
      heard: (frame) => this.heard(frame),
      state: (isUp) => {
        chat.set({ isUp });
        if (isUp) void chat.flush();
      },
      refused: () => void chat.start(),
      isHidden: () => !chat.deps.isWatched(),
    });
  }

  /** A session's messages: nothing of it is news. */
  begin(batch: Batch): void {
    this.chat.set({ hasOlder: batch.messages.length >= PAGE });
    this.#put(batch, false);
  }

  connect(): void {
    this.#line.connect();
  }

  drop(): void {
    this.#line.drop();
  }

  typed(): void {
    const now = Date.now();
    if (now - this.#typedAt > TYPING_EVERY_MS && this.#line.say({ type: "typing" })) this.#typedAt = now;
  }

  /** The visitor looks at the thread: what is there counts as read. */
  looked(): void {
    const last = lastAnswer(this.chat.state.thread);
    if (!last || last <= this.chat.kept("seen")) return;
    this.chat.keep("seen", last);
    this.count();
    if (!this.#line.say({ type: "read", message_id: last })) void this.chat.doors.post("read", { message_id: last });
  }

  async older(): Promise<void> {
    const first = this.chat.state.thread.messages[0];
    const answer = first && (await this.chat.doors.get(`messages?before=${first.id}&limit=${PAGE}`));
    if (!answer?.ok) return;
    const batch = (await answer.json()) as Batch;
    this.chat.set({ thread: prepend(this.chat.state.thread, batch), hasOlder: batch.messages.length >= PAGE });
  }

  count(): void {
    this.chat.set({ unread: unread(this.chat.state.thread, this.chat.kept("seen")).length });
  }

  heard(frame: Frame): void {
    switch (frame.type) {
      case "messages":
        this.#put(frame, true);
        break;
      case "typing":
        this.#typing(frame.name, Date.parse(frame.until) - Date.now());
        break;
      case "expectation":
        this.chat.set({ expectation: frame });
        break;
      case "erased":
        this.chat.set({ thread: NOTHING, unread: 0, typing: "" });
        void this.chat.start();
        break;
      case "pong":
        break;
    }
  }

  async catchUp(): Promise<boolean> {
    const answer = await this.chat.doors.get(`messages?after=${encodeURIComponent(this.chat.state.thread.cursor)}`);
    if (answer?.status === 401) void this.chat.start();
    if (!answer?.ok) return false;
    const batch = (await answer.json()) as Batch;
    this.#put(batch, true);
    return batch.more ? this.catchUp() : true;
  }

  #put(batch: Batch, isNews: boolean): void {
    const { chat } = this;
    const known = new Set(chat.state.thread.messages.map((each) => each.id));
    const seen = chat.kept("seen");
    const answers = batch.messages.filter((each) => each.author.kind !== "contact" && !known.has(each.id));
    if (answers.length > 0) {
      this.#typing("", 0);
      this.#line.say({ type: "got", ids: answers.map((each) => each.id) });
    }
    chat.set({ thread: merge(chat.state.thread, batch) });
    chat.settle(new Set(batch.messages.map((each) => each.client_id)));
    this.count();
    if (isNews) for (const message of answers) this.#announce(message, seen);
  }

  #announce(message: Message, seen: string): void {
    if (message.id > seen) this.chat.deps.arrived(message);
  }

  #typing(name: string, ms: number): void {
    clearTimeout(this.#typingEnds);
    if (name !== this.chat.state.typing) this.chat.set({ typing: name });
    if (name) this.#typingEnds = setTimeout(() => this.#typing("", 0), Math.max(0, ms));
  }
}
