import { describe, expect, it } from "vitest";
import type { Macro, MacroAct } from "@lib/model";
import { conversation } from "../../../shared/reduce.test";
import { changeBy, settles } from "./macros";

const macro = (...acts: MacroAct[]): Macro => ({ id: "m", name: "M", text: "", acts, is_shared: true, uses: 0 });
const one = conversation("a", 1, { tag_ids: ["old"], assignee_id: "ben" });

describe("what a macro changes", () => {
  it("is the sum of its acts, and nothing else", () => {
    const change = changeBy(one, macro({ do: "assign", to: "me" }, { do: "tag", tag_id: "new" }, { do: "untag", tag_id: "old" },
      { do: "prioritize", priority: "high" }, { do: "note", text: "x" }, { do: "resolve" }), "ada");
    expect(change).toEqual({ assignee_id: "ada", tag_ids: ["new"], priority: "high", status: "resolved" });
  });
  it("is nothing where everything is so already", () => {
    expect(changeBy(one, macro({ do: "tag", tag_id: "old" }, { do: "assign", to: "agent", id: "ben" }), "ada")).toEqual({});
  });
  it("leaves a team's conversation without agent, and an agent's with its team", () => {
    expect(changeBy(one, macro({ do: "assign", to: "team", id: "t" }), "ada")).toEqual({ assignee_id: null, team_id: "t" });
    expect(changeBy(one, macro({ do: "assign", to: "nobody" }), "ada")).toEqual({ assignee_id: null });
  });
  it("goes on to the next where it settles", () => {
    expect([settles(macro({ do: "snooze", for_s: null })), settles(macro({ do: "pend" }))]).toEqual([true, false]);
  });
});
