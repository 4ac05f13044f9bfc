/** The shop's doors: who one is, the turn, and the queue as it moves. Knows nothing of screens. */

import type { Problem, Told, Turn, Wish } from "./protocol";

export type Taken = { readonly turn: Turn; readonly handover: string; readonly code_svg: string };

/** A refusal in words of the page. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem);
  }
}

const KNOWN: readonly Problem[] = ["queue-closed", "queue-full", "rate-limited"];

export class ShopDoors {
  /** Empty until a session gave one. keep: where it outlives the page; a kiosk keeps nothing. */
  constructor(
    private readonly account: string,
    public token: string,
    private readonly keep: (token: string) => void,
    private readonly ask: typeof fetch = fetch.bind(globalThis),
  ) {}

  /** Takes a turn as the visitor of this browser. */
  async take(wish: Wish, locale: string, isKiosk: boolean): Promise<Taken> {
    if (!this.token) await this.session();
    const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return this.post<Taken>("walkin", "turn", { ...wish, locale, time_zone, is_kiosk: isKiosk });
  }

  async session(): Promise<void> {
    const { visitor_token } = await this.post<{ visitor_token: string }>("chat", "session", {});
    this.become(visitor_token);
  }

  /** Takes over the turn that a kiosk's code names. */
  async pickUp(given: string): Promise<void> {
    const { visitor_token } = await this.post<{ visitor_token: string }>("walkin", "handover", { given });
    this.become(visitor_token);
  }

  leave(): Promise<Told> {
    return this.post<Told>("walkin", "leave", {});
  }

  /** Has a code sent to an address; false where nothing can be sent. */
  async sendCode(email: string, locale: string): Promise<boolean> {
    if (!this.token) await this.session();
    return (await this.post<{ is_sent: boolean }>("walkin", "code", { email, locale })).is_sent;
  }

  async prove(email: string, code: string): Promise<void> {
    const { visitor_token } = await this.post<{ visitor_token: string }>("walkin", "code", { email, code });
    this.become(visitor_token);
  }

  /** Follows queue and turn until `close` of what it returns. told: the whole, each time anew. */
  follow(told: (frame: Told) => void, up: (isUp: boolean) => void): { close(): void } {
    const query = this.token ? `?visitor_token=${encodeURIComponent(this.token)}` : "";
    let stream: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      stream = new EventSource(`/walkin/${this.account}/live${query}`);
      stream.onmessage = (event: MessageEvent<string>) => {
        up(true);
        told(JSON.parse(event.data) as Told);
      };
      stream.onerror = () => {
        up(false);
        // A refusal ends a stream for good; the shop may be back in a while.
        if (stream?.readyState === EventSource.CLOSED) again = setTimeout(open, 5_000);
      };
    };
    open();
    return {
      close: () => {
        clearTimeout(again);
        stream?.close();
      },
    };
  }

  private become(token: string): void {
    this.token = token;
    this.keep(token);
  }

  private async post<Answer>(door: string, what: string, body: object): Promise<Answer> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (this.token) headers["authorization"] = `Bearer ${this.token}`;
    const answer = await this.ask(`/${door}/${this.account}/${what}`, { method: "POST", body: JSON.stringify(body), headers }).catch(() => undefined);
    if (!answer || answer.status >= 500) throw new Refused("unreachable");
    if (answer.ok) return (await answer.json()) as Answer;
    const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
    if (what === "handover") throw new Refused("handed-over");
    throw new Refused(KNOWN.find((each) => each === code) ?? "other");
  }
}
