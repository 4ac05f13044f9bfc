import type { Conversation, Message } from "@shared/types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api";
import { over, without, withWaiting, type Given, type Intent } from "./intent";
import { Outbox, type Answer, type Outcome } from "./outbox";
import { memory, type Shelf } from "./shelf";

const view = (more: Partial<Conversation> = {}): Conversation => ({ id: "a", version: 3, status: "open", assignee_id: null, ...more }) as Conversation;
const act = (conversation: string, status: Conversation["status"] = "resolved"): Given =>
  ({ agent: "ada", conversation, method: "PUT", path: `/${conversation}/${status}`, change: { status }, before: view({ id: conversation }) });
const away = new ApiError({ status: 0, code: "network" });

function desk(shelf: Shelf = memory(), open: string[] = []) {
  const sent: string[] = [];
  const told: [string, Outcome][] = [];
  const world = { down: false, refuse: null as ApiError | null, current: view(), held: [] as (() => void)[], slow: false };
  const box = new Outbox({
    shelf, others: async () => new Set(open), look: async () => world.current, onChange: () => undefined,
    send: async (intent) => {
      if (world.slow) await new Promise<void>((go) => world.held.push(go));
      if (world.down) throw away;
      if (world.refuse) throw world.refuse;
      sent.push(intent.path);
      return view({ id: intent.conversation, version: 4 }) as Answer;
    },
    onDone: (intent) => told.push([intent.path, "done"]), onRefused: (intent) => told.push([intent.path, "refused"]),
    onWaiting: (intent) => told.push([intent.path, "waiting"]),
  });
  return { box, sent, told, world };
}
const settled = () => vi.advanceTimersByTimeAsync(1);

describe("the outbox", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("sends what is done, and keeps nothing of it", async () => {
    const shelf = memory();
    const { box, sent } = desk(shelf);
    await box.begin("ada");
    expect(await box.add(act("a"))).toBe("done");
    await settled();
    expect([sent, box.all, await shelf.all()]).toEqual([["/a/resolved"], [], []]);
  });

  it("keeps what is done without a network and sends it once, in order, when it is back", async () => {
    const { box, sent, told, world } = desk();
    await box.begin("ada");
    world.down = true;
    const outcomes = [box.add(act("a")), box.add(act("b")), box.add(act("a", "open"))];
    await settled();
    expect(await Promise.all(outcomes)).toEqual(["waiting", "waiting", "waiting"]);
    expect([sent, box.troubled]).toEqual([[], true]);
    world.down = false;
    box.wake();
    box.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual(["/a/resolved", "/b/resolved", "/a/open"]);
    expect(told.filter(([, outcome]) => outcome === "done")).toHaveLength(3);
    expect(box.troubled).toBe(false);
  });

  it("tries again by itself", async () => {
    const { box, sent, world } = desk();
    await box.begin("ada");
    world.down = true;
    void box.add(act("a"));
    await settled();
    world.down = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent).toEqual(["/a/resolved"]);
  });

  it("never has two of one conversation under way", async () => {
    const { box, sent, world } = desk();
    await box.begin("ada");
    world.slow = true;
    void box.add(act("a"));
    void box.add(act("a", "open"));
    void box.add(act("b"));
    await settled();
    expect(world.held).toHaveLength(2);
    for (const go of world.held.splice(0)) go();
    await settled();
    for (const go of world.held.splice(0)) go();
    await settled();
    expect(sent).toEqual(["/a/resolved", "/b/resolved", "/a/open"]);
  });

  it("gives up what the server refuses and says so", async () => {
    const { box, told, world } = desk();
    await box.begin("ada");
    world.refuse = new ApiError({ status: 409, code: "conflict" });
    expect(await box.add(act("a"))).toBe("refused");
    expect(told).toEqual([["/a/resolved", "refused"]]);
    expect(box.all).toEqual([]);
  });

  it("takes back what waits, not what is under way", async () => {
    const { box, sent, world } = desk();
    await box.begin("ada");
    world.slow = true;
    void box.add({ ...act("a"), id: "first" });
    void box.add({ ...act("a", "open"), id: "second" });
    await settled();
    expect(box.cancel("first")).toBeNull();
    expect(box.cancel("second")?.id).toBe("second");
    for (const go of world.held.splice(0)) go();
    await settled();
    expect(sent).toEqual(["/a/resolved"]);
  });

  it("takes up after a reload what a closed page left, once, and nothing of a page that is open", async () => {
    const shelf = memory();
    const before = desk(shelf);
    await before.box.begin("ada");
    before.world.down = true;
    void before.box.add(act("a"));
    void before.box.add({ ...act("a"), before: undefined, path: "/a/messages", id: "m" });
    await settled();
    const beside = desk(shelf, [before.box.tab]);
    await beside.box.begin("ada");
    await settled();
    expect(beside.sent).toEqual([]);
    const colleague = desk(shelf);
    await colleague.box.begin("ben");
    await settled();
    expect(colleague.sent).toEqual([]);
    const after = desk(shelf);
    await after.box.begin("ada");
    await vi.advanceTimersByTimeAsync(10);
    expect(after.sent).toEqual(["/a/resolved", "/a/messages"]);
    expect(await shelf.all()).toEqual([]);
  });

  it("does not undo after a reload what others did meanwhile", async () => {
    const shelf = memory();
    const before = desk(shelf);
    await before.box.begin("ada");
    before.world.down = true;
    void before.box.add(act("a"));
    await settled();
    const after = desk(shelf);
    after.world.current = view({ version: 9 });
    await after.box.begin("ada");
    await settled();
    expect([after.sent, after.told]).toEqual([[], [["/a/resolved", "refused"]]]);
  });
});

describe("an act that waits for a reply", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const reply = (): Given => ({
    agent: "ada", conversation: "a", method: "POST", path: "/a/messages", id: "m",
    after: { id: "n", bound: "Closed", method: "POST", path: "/a/macros/1", change: { status: "resolved" }, before: view() },
  });

  it("follows it, before what was begun later", async () => {
    const shelf = memory();
    const { box, sent } = desk(shelf);
    await box.begin("ada");
    void box.add(reply());
    void box.add(act("a", "open"));
    await settled();
    expect(sent).toEqual(["/a/messages", "/a/macros/1", "/a/open"]);
    expect([box.all, await shelf.all()]).toEqual([[], []]);
  });
  it("is kept with it while there is no network, also when the page closes at once", async () => {
    const shelf = memory();
    const before = desk(shelf);
    await before.box.begin("ada");
    before.world.slow = true;
    void before.box.add(reply()); // under way, and never answered
    await settled();
    const after = desk(shelf);
    after.world.current = view({ version: 9 }); // the reply itself moved it on
    await after.box.begin("ada");
    await vi.advanceTimersByTimeAsync(10);
    expect(after.sent).toEqual(["/a/messages", "/a/macros/1"]);
    expect(await shelf.all()).toEqual([]);
  });
  it("is kept when the page closes between the two", async () => {
    const shelf = memory();
    const before = desk(shelf);
    await before.box.begin("ada");
    void before.box.add(reply());
    before.world.slow = true;
    await settled();
    expect(before.sent).toEqual(["/a/messages"]);
    expect((await shelf.all()).map((one) => one.id)).toEqual(["n"]);
    const after = desk(shelf);
    after.world.current = view({ version: 9 });
    await after.box.begin("ada");
    await vi.advanceTimersByTimeAsync(10);
    expect(after.sent).toEqual(["/a/macros/1"]);
  });
  it("is not done when the reply is refused or taken back", async () => {
    const { box, sent, world } = desk();
    await box.begin("ada");
    world.refuse = new ApiError({ status: 409, code: "stale-reply" });
    expect(await box.add(reply())).toBe("refused");
    world.refuse = null;
    world.down = true;
    void box.add(act("b"));
    await settled();
    void box.add(reply());
    expect(box.cancel("m")?.after?.id).toBe("n");
    world.down = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual(["/b/resolved"]);
  });
  it("shows meanwhile, and no longer when it is refused", () => {
    const waiting = { ...reply(), id: "m", order: 1, tab: "t" } as Intent;
    expect(over(view(), [waiting]).status).toBe("resolved");
    expect(without(view({ status: "resolved" }), waiting).status).toBe("open");
  });
});

describe("what waits, laid over what the server says", () => {
  const intent = (more: Partial<Intent>): Intent => ({ ...act("a"), id: "1", order: 1, tab: "t", ...more }) as Intent;

  it("shows a conversation as it will be", () => {
    const queue = [intent({ change: { status: "resolved" } }), intent({ change: { assignee_id: "ben" } }), intent({ conversation: "b", change: { status: "snoozed" } })];
    expect(over(view(), queue)).toMatchObject({ status: "resolved", assignee_id: "ben" });
  });

  it("rolls back only what nobody has changed since", () => {
    const refused = intent({ change: { status: "resolved", assignee_id: "ada" }, before: view() });
    expect(without(view({ status: "resolved", assignee_id: "ben", version: 5 }), refused)).toMatchObject({ status: "open", assignee_id: "ben", version: 5 });
  });

  it("shows messages that wait over those the server has, none twice", () => {
    const waiting = (id: string) => intent({ message: { id: `local-${id}`, client_id: id } as Message });
    const known = { id: "real", client_id: "x" } as Message;
    expect(withWaiting([known], "a", [waiting("x"), waiting("y"), waiting("z")]).map((one) => one.id)).toEqual(["local-z", "local-y", "real"]);
  });
});
