/** What the shop's page and the server say to each other. */

import type { Brand } from "../protocol";

export type Mode = "phone" | "kiosk" | "board" | "poster";

/** The server writes it into the page. mail: whether a code can be sent. */
export type Config = {
  readonly account: string;
  readonly mode: Mode;
  readonly title: string;
  readonly logo: string;
  readonly brand: Brand;
  readonly topics: readonly string[];
  readonly mail: boolean;
};

export type TurnState = "waiting" | "called" | "serving" | "served" | "left" | "no_show";

/** position: 1 is next. wait_s: null where it cannot be measured. */
export type Turn = {
  readonly id: string;
  readonly number: number;
  readonly state: TurnState;
  readonly counter: string;
  readonly joined_at: string;
  readonly called_at: string | null;
  readonly position: number | null;
  readonly wait_s: number | null;
};

export type Called = { readonly number: number; readonly counter: string; readonly at: string };

export type Queue = {
  readonly is_open: boolean;
  readonly waiting: number;
  readonly wait_s: number | null;
  readonly called: readonly Called[];
};

export type Told = { readonly queue: Queue; readonly turn: Turn | null };

/** What a person fills in. client_id: the same at every try. */
export type Wish = {
  readonly client_id: string;
  readonly name: string;
  readonly topic: string;
  readonly phone: string;
  readonly email: string;
};

/** What went wrong, as the page says it. */
export type Problem = "unreachable" | "queue-closed" | "queue-full" | "rate-limited" | "handed-over" | "other";
