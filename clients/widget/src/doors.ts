/** The account's doors on the server, with the visitor's token on every request. */

import type { Wire } from "./line";

export class Doors {
  /** Empty until a session gave one. */
  token = "";

  /** base: the account's address, `https://…/chat/<account>/`. */
  constructor(
    private readonly base: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly openSocket: (url: string) => Wire,
  ) {}

  get(path: string): Promise<Response | undefined> {
    return this.#ask(path, {});
  }

  /** Undefined: there is no network, or no server. A Blob goes as it is, anything else as JSON. */
  post(path: string, body: object): Promise<Response | undefined> {
    const isBlob = body instanceof Blob;
    return this.#ask(path, { method: "POST", body: isBlob ? body : JSON.stringify(body) }, isBlob ? {} : { "content-type": "application/json" });
  }

  socket(cursor: string): Wire {
    const query = new URLSearchParams({ visitor_token: this.token, after: cursor });
    return this.openSocket(`${this.base.replace(/^http/, "ws")}socket?${query}`);
  }

  #ask(path: string, init: RequestInit, headers: Record<string, string> = {}): Promise<Response | undefined> {
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    return this.fetch(this.base + path, { ...init, headers }).catch(() => undefined);
  }
}
