import { expect, test } from "vitest";
import { indexElements } from "../src/core/elementIndex";
import { placeName } from "../src/core/rails";
import { litAtFirst, litIn, reachOf } from "../src/core/reach";
import type { Element } from "../src/generated/schema";
import { elkSync } from "../src/layout/elk";
import { layoutSync } from "../src/layout/layout";
import { rowsLayout } from "../src/layout/rows";
import { edge, group, node, scene } from "./builders";

const read = (id: string, label: string): Element => node(id, "InterventionProtocol", { label });
const write = (id: string, writes: string): Element =>
  node(id, "SwapProtocol", { label: writes, changes: true, writes });

/** Two places read, one written between them, a value computed; and a run with one read alone. */
const RUNS: Element[] = [
  group("a", "Tracer", { given: "“the cat”" }),
  group("b", "Tracer"),
  read("a/in", "transformer.h.2.output"),
  node("a/x"),
  write("a/w", "transformer.h.5.output[:, 7, :]"),
  read("a/out", "lm_head.output"),
  node("a/y"),
  node("a/s", "LockProtocol", { label: "save" }),
  read("b/r", "lm_head.output"),
  edge("a/in", "a/x"),
  edge("a/x", "a/w"),
  edge("a/w", "a/out", "model"),
  edge("a/out", "a/y"),
  edge("a/y", "a/s"),
  edge("a/w", "b/r", "may"),
];

test("the module of a place is said in short", () => {
  const places = [
    "transformer.h.5.output[:, 7, :]",
    "lm_head.output",
    "transformer.h.0.mlp.output",
    "layer2.input",
    "output",
  ];
  expect(places.map((label) => placeName({ kind: "InterventionProtocol", label }))).toEqual([
    "h.5",
    "lm_head",
    "h.0.mlp",
    "layer2",
    "output",
  ]);
});

test("a run has a rail, with a stop for each place in its order; one read alone has none", () => {
  const { nodes, edges } = scene(RUNS, ["a", "b"]);
  expect(nodes.filter(({ rail }) => rail !== undefined).map(({ id, begins }) => [id, begins])).toEqual([["a", true]]);
  expect(nodes.filter(({ stop }) => stop !== undefined).map(({ id, stop }) => [id, stop])).toEqual([
    ["a/in", "h.2"],
    ["a/w", "h.5"],
    ["a/out", "lm_head"],
    ["b/r", "lm_head"],
  ]);
  expect(edges.filter(({ kind }) => kind === "model" || kind === "may").map(({ target }) => target)).toEqual(["b/r"]);
});

test("a branch is a part of the run around it: a stop of its rail, with what is left of it beside", () => {
  const branch = [
    group("t", "Tracer"),
    group("t/if", "Conditional"),
    read("t/in", "h.0.output"),
    write("t/if/w", "h.1.output"),
    read("t/out", "h.2.output"),
    edge("t/if/w", "t/out", "model"),
  ];
  const { nodes, edges } = scene(branch, ["t", "t/if"]);
  expect(nodes.filter(({ rail }) => rail !== undefined).map(({ id, begins }) => [id, begins])).toEqual([
    ["t", true],
    ["t/if", undefined],
  ]);
  expect(edges).toEqual([]);
  const lit = litIn(scene(branch, ["t", "t/if"]), indexElements(branch), reachOf(indexElements(branch), ["t/if/w"]));
  expect(lit.rails.get("t")).toEqual([undefined, undefined, "proven", undefined]);
  expect(lit.rails.get("t/if")).toEqual([undefined, "proven"]);
});

test("stops stand one below the other, right of the rail, in every layout", () => {
  const drawn = scene(RUNS, ["a", "b"]);
  for (const placed of [
    layoutSync(drawn, elkSync),
    layoutSync(drawn, elkSync, { arrangement: "lanes" }),
    rowsLayout(drawn),
  ]) {
    const [run, ...stops] = ["a", "a/in", "a/w", "a/out"].map((id) => placed.boxes.get(id)!);
    const rail = drawn.nodes.find(({ id }) => id === "a")!.rail!;
    for (const [at, stop] of stops.entries()) {
      expect(stop.x).toBeGreaterThanOrEqual(run!.x + rail);
      if (at) expect(stop.y).toBeGreaterThanOrEqual(stops[at - 1]!.y + stops[at - 1]!.height);
    }
  }
});

test("what few writes reach is lit: proven first, may beyond; a write that is lit has no sign of its own", () => {
  const index = indexElements(RUNS);
  expect(litAtFirst(index)).toEqual(["a/w"]);
  const lit = litIn(scene(RUNS, ["a", "b"]), index, reachOf(index, litAtFirst(index)));
  expect(Object.fromEntries(lit.boxes)).toEqual({ "a/out": "proven", "a/y": "proven", "a/s": "proven", "b/r": "may" });
  expect([...lit.writes]).toEqual(["a/w"]);
  const many = Array.from({ length: 4 }, (_, at) => node(`w${at}`, "SwapProtocol", { changes: true, line: at }));
  expect(litAtFirst(indexElements(many))).toEqual([]);
});

test("a closed sub-graph says which places it reads and writes, an open one what it was given", () => {
  expect(scene(RUNS).nodes[0]!.subtitle).toContain("reads h.2, lm_head");
  expect(scene(RUNS).nodes[0]!.subtitle).toContain("writes h.5");
  expect(scene(RUNS, ["a"]).nodes[0]!.given).toBe("“the cat”");
});

test("what a write reaches in 20,000 nodes is found at once", () => {
  const elements = Array.from({ length: 20 }, (_, t) => [
    group(`t${t}`, "Tracer"),
    write(`t${t}/w`, `h.${t}.output`),
    ...Array.from({ length: 1000 }, (_, i) => (i % 10 ? node(`t${t}/${i}`) : read(`t${t}/${i}`, `h.${i}.output`))),
    ...Array.from({ length: 999 }, (_, i) => edge(`t${t}/${i}`, `t${t}/${i + 1}`)),
    edge(`t${t}/w`, `t${t}/0`, "model"),
    ...(t ? [edge(`t${t - 1}/999`, `t${t}/w`, "bridge")] : []),
  ]).flat();
  const index = indexElements(elements);
  const drawn = scene(elements, ["t0"]);
  const times = [1, 2, 3, 4, 5].map(() => {
    const start = process.cpuUsage(); // of this process, whatever else the machine does
    litIn(drawn, index, reachOf(index, ["t0/w"]));
    return process.cpuUsage(start).user / 1000;
  });
  expect(Math.min(...times)).toBeLessThan(50);
});
