// What feeds what, what is on a line, what a search finds: on the seed's session.

import { describe, expect, test } from "vitest";
import elements from "../../tests/golden/seed.elements.json";
import { indexElements } from "../src/core/elementIndex";
import { closure, find, linesOf, onLine, path, totals } from "../src/core/queries";
import type { Element, NodeData } from "../src/generated/schema";
import { legend, node } from "./builders";

const index = indexElements(elements as unknown as Element[]);
const labels = (ids: Iterable<string>): string[] => [...ids].map((id) => index.items.get(id)!.data.label);
const id = (label: string, inside = ""): string =>
  [...index.items.values()].find(({ data }) => data.label === label && data.id.includes(inside))!.data.id;

test("nodes and sub-graphs are counted apart, and together are all", () => {
  const { nodes, groups } = totals(index);
  expect(nodes + groups).toBe(elements.filter((element) => element.group === "nodes").length);
  expect(groups).toBe(9);
});

describe("dependencies", () => {
  test("a sum depends on both reads, across sub-graphs, and on the inputs of their traces", () => {
    const needed = closure(index, [id("add", "i0")], "into");
    expect(needed).toContain(id("layer1.output", "tracer_1"));
    expect(needed).toContain(id("layer1.output", "i0/tracer_2"));
    expect(needed).toContain(id("x"));
    expect(needed).not.toContain(id("setitem", "i0"));
    expect(needed).not.toContain(id("add", "i1"));
  });
  test("the first pass's write reaches the later passes' writes, which change the same tensor", () => {
    const reached = closure(index, [id("setitem", "i0")], "from");
    expect(labels(reached)).toEqual(["setitem", "setitem", "setitem"]);
  });
  test("a cycle ends", () => {
    const node = (id: string): Element => ({ group: "nodes", data: { id, kind: "Operation", label: id } });
    const edge = (source: string, target: string): Element => ({
      group: "edges",
      data: { id: source + target, source, target, kind: "data" },
    });
    const loop = indexElements([node("a"), node("b"), edge("a", "b"), edge("b", "a")]);
    expect(closure(loop, ["a"], "into")).toEqual(new Set(["a", "b"]));
  });
});

test("a line has its nodes, and a header of a sub-graph where no node is", () => {
  const file = index.items.get(id("add"))!.data.file!;
  expect(onLine(index, file, 4).map((data) => data.label)).toEqual(["layer1.output", "clone", "save"]);
  expect(onLine(index, file, 1).map((data) => data.kind)).toEqual(["Session"]);
  expect(onLine(index, "other.py", 4)).toEqual([]);
});

test("an expression over several lines is on each of them, and a location read again on every line that reads it", () => {
  expect(linesOf({ id: "a", kind: "Operation", label: "a", line: 3, end_line: 5, lines: [9] } as NodeData)).toEqual([
    3, 4, 5, 9,
  ]);
});

test("where an item is", () =>
  expect(path(index, id("layer1.output", "i1/"))).toBe("session › for item in [0, 1, 2] › item = 1 › tracer_2"));

describe("search", () => {
  const found = (query: string): string[] => labels(find(index, legend, query));
  test.each([
    ["add", ["add", "add", "add"]],
    ["a_copy", ["save", "setitem"]],
    ["layer1.output", ["layer1.output"]],
    ["[1, 5]", ["x", "x2"]],
    ["1,5", ["x", "x2"]],
    ["float32 clone", ["clone"]],
    ["LockProtocol", ["save"]],
    ["Lock (save)", ["save"]],
    ["item = 1", ["item = 1"]],
    ["/^get/", ["getitem"]],
    ["/ADD$", ["add"]],
    ["line:4 clone", ["clone"]],
    ["shape:5", ["x", "x2"]],
    ["shape:[1, 5]", ["x", "x2"]],
    ["kind:lock", ["save"]],
  ])("%s", (query, expected) => expect(found(query)).toEqual(expect.arrayContaining(expected)));
  test("a name comes before what merely mentions it", () => expect(found("clone")[0]).toBe("clone"));
  test("a filter is about one thing, whole", () => {
    expect(new Set(found("line:4"))).toEqual(new Set(["layer1.output", "clone", "save"]));
    expect(found("line:44")).toEqual([]);
    expect(found("shape:0")).toEqual([]); // 10 is no 0
    expect(found("kind:lock getitem")).toEqual([]);
  });
  test("what failed and what is no number are found, the first first", () => {
    const values = indexElements([
      node("a", "Operation", { statistics: { min: 0, max: 1, nan: 0 } }),
      node("b", "Operation", { statistics: { min: "nan", max: "nan", nan: 0.5 } }),
      node("c", "Operation", { statistics: { min: "-inf", max: 1, nan: 0 } }),
      node("d", "Operation", { status: "failed", error: "RuntimeError: no" }),
      node("e", "LockProtocol", { note: "written later, line 8" }),
    ]);
    expect(find(values, legend, "nan")).toEqual(["b"]);
    expect(find(values, legend, "inf")).toEqual(["c"]);
    expect(find(values, legend, "failed")).toEqual(["d"]);
    expect(find(values, legend, "written later")).toEqual(["e"]);
  });
  test("words must all be found", () => expect(found("clone nothing")).toEqual([]));
  test.each(["", "  ", "/", "/(/", "()"])("%j finds nothing and breaks nothing", (query) =>
    expect(found(query)).toEqual([]),
  );
});
