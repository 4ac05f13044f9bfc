import { describe, expect, it } from "vitest";
import { type Answer, Outbox, type Sent, type Store } from "../src/outbox";

function memory(): Store & { readonly all: Map<string, string> } {
  const all = new Map<string, string>();
  return {
    all,
    getItem: (key) => all.get(key) ?? null,
    setItem: (key, value) => void all.set(key, value),
    removeItem: (key) => void all.delete(key),
  };
}

/** A server that stores by client id, as ours does, and answers as the test says. */
function server(answers: Answer[] = []) {
  const stored: string[] = [];
  const tries: string[] = [];
  const post = async (entry: Sent): Promise<Answer> => {
    tries.push(entry.client_id);
    const answer = answers.shift() ?? "accepted";
    if (answer !== "refused" && !stored.includes(entry.client_id)) stored.push(entry.client_id);
    return answer;
  };
  return { post, stored, tries };
}

const quiet = () => undefined;

describe("the outbox", () => {
  it("keeps a message before it is sent, and until the server shows it back", async () => {
    const store = memory();
    const { post } = server();
    const outbox = new Outbox("k", store, post, quiet);
    outbox.add("a", "Hello", []);
    expect(store.all.get("k")).toContain("Hello");
    await outbox.flush();
    expect(outbox.entries.map((each) => each.state)).toEqual(["accepted"]);
    outbox.settle(new Set(["a"]));
    expect(outbox.entries).toEqual([]);
    expect(store.all.get("k")).toBe("[]");
  });

  it("sends the same client id again when nothing is known, so that the server stores it once", async () => {
    const { post, stored, tries } = server(["retry", "retry", "accepted"]);
    const outbox = new Outbox("k", memory(), post, quiet);
    outbox.add("a", "Hello", []);
    expect(await outbox.flush()).toBe(false);
    expect(await outbox.flush()).toBe(false);
    expect(await outbox.flush()).toBe(true);
    expect(tries).toEqual(["a", "a", "a"]);
    expect(stored).toEqual(["a"]);
  });

  it("waits at the first that cannot leave, so that the order holds", async () => {
    const { post, tries } = server(["accepted", "retry"]);
    const outbox = new Outbox("k", memory(), post, quiet);
    for (const each of ["a", "b", "c"]) outbox.add(each, each, []);
    expect(await outbox.flush()).toBe(false);
    expect(tries).toEqual(["a", "b"]);
    expect(await outbox.flush()).toBe(true);
    expect(tries).toEqual(["a", "b", "b", "c"]);
  });

  it("treats a broken network like no answer", async () => {
    const outbox = new Outbox("k", memory(), () => Promise.reject(new TypeError("failed to fetch")), quiet);
    outbox.add("a", "Hello", []);
    expect(await outbox.flush()).toBe(false);
    expect(outbox.entries[0]?.state).toBe("queued");
  });

  it("sends one at a time, however often it is asked", async () => {
    let open = 0;
    let most = 0;
    const post = async (): Promise<Answer> => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open -= 1;
      return "accepted";
    };
    const outbox = new Outbox("k", memory(), post, quiet);
    for (const each of ["a", "b", "c"]) outbox.add(each, each, []);
    await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()]);
    expect(most).toBe(1);
    expect(outbox.entries.every((each) => each.state === "accepted")).toBe(true);
  });

  it("holds what was refused until the visitor asks again, and lets the others pass", async () => {
    const { post, tries } = server(["refused", "accepted", "accepted"]);
    const outbox = new Outbox("k", memory(), post, quiet);
    outbox.add("a", "x".repeat(99_999), []);
    outbox.add("b", "fine", []);
    await outbox.flush();
    expect(outbox.entries.map((each) => each.state)).toEqual(["refused", "accepted"]);
    outbox.again("a");
    await outbox.flush();
    expect(tries).toEqual(["a", "b", "a"]);
  });

  it("survives a reload and a closed tab", async () => {
    const store = memory();
    new Outbox("k", store, async () => "retry", quiet).add("a", "From the tunnel", []);
    const { post, stored } = server();
    const later = new Outbox("k", store, post, quiet);
    expect(later.entries.map((each) => each.text)).toEqual(["From the tunnel"]);
    await later.flush();
    expect(stored).toEqual(["a"]);
  });

  it("adds to what another tab wrote instead of over it", () => {
    const store = memory();
    const one = new Outbox("k", store, async () => "retry", quiet);
    const two = new Outbox("k", store, async () => "retry", quiet);
    one.add("a", "one", []);
    two.add("b", "two", []);
    one.reload();
    expect(one.entries.map((each) => each.client_id)).toEqual(["a", "b"]);
  });

  it("starts empty over something that is not its own", () => {
    for (const rubbish of ["{", "7", '{"a":1}', "[1,null]"]) {
      const store = memory();
      store.setItem("k", rubbish);
      expect(new Outbox("k", store, async () => "retry", quiet).entries).toEqual([]);
    }
  });

  it("forgets after a day what was accepted and never shown back", () => {
    const store = memory();
    const at = Date.now();
    store.setItem("k", JSON.stringify([{ client_id: "a", text: "x", files: [], at, state: "accepted" }]));
    expect(new Outbox("k", store, async () => "retry", quiet, () => at + 3_600_000).entries).toHaveLength(1);
    expect(new Outbox("k", store, async () => "retry", quiet, () => at + 90_000_000).entries).toHaveLength(0);
  });
});
