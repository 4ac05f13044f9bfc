import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const stem = (name: string) => name.replace(/\.tsx?$/, "");
const src = join(import.meta.dirname, "../src");

/** Every import counts, of types and of parts loaded later, too: a circle is a question nobody can answer alone. */
function imports(): Map<string, readonly string[]> {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  return new Map(
    files.map((name) => {
      const text = readFileSync(join(src, name), "utf8");
      const found = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, to]) => relative(src, join(src, dirname(name), to ?? "")));
      return [stem(name), found.map(stem)];
    }),
  );
}

it("has no circle among its modules", () => {
  const graph = imports();
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] => {
    if (path.includes(name)) return [...path, name];
    if (done.has(name)) return [];
    for (const to of graph.get(name) ?? []) {
      const circle = visit(to, [...path, name]);
      if (circle.length > 0) return circle;
    }
    done.add(name);
    return [];
  };
  expect(graph.size).toBeGreaterThan(15);
  expect([...graph.keys()].flatMap((name) => visit(name, []))).toEqual([]);
});
