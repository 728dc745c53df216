// The geometry of random drawings: what a reader trusts without looking.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allGroups, indexElements } from "../src/core/elementIndex";
import { measure } from "../src/core/font";
import { edgeTextWidth, GROUP_TITLE, NOTE, SUBTITLE, TITLE } from "../src/core/metrics";
import { buildScene } from "../src/core/scene";
import type { Box, Placed, Point, SceneNode } from "../src/core/types";
import { elkSync } from "../src/layout/elk";
import { layoutSync } from "../src/layout/layout";
import { rowsLayout } from "../src/layout/rows";
import { edge, group, legend, node, scene } from "./builders";
import { randomElements } from "./randomGraphs";

const SLACK = 0.5; // px

/** The faults of `count` random drawings of `size` nodes each; fast-check makes a faulty one small before it tells. */
function check(size: number, count: number, arrangement: "flow" | "lanes" = "flow", ignored = "nothing"): void {
  const property = fc.property(fc.gen(), (random) => {
    const elements = randomElements(size, random);
    const expanded = new Set([...allGroups(indexElements(elements))].filter(() => random(fc.nat, 3) > 0));
    const scene = buildScene(elements, { expanded, hiddenKinds: new Set(["Value"]), steps: {} }, legend);
    const found = faults(layoutSync(scene, elkSync, { arrangement }));
    expect(found.filter((fault) => !fault.includes(ignored))).toEqual([]);
  });
  fc.assert(property, { numRuns: count, seed: 1 });
}

function overlap(a: Box, b: Box): boolean {
  return (
    a.x + SLACK < b.x + b.width &&
    b.x + SLACK < a.x + a.width &&
    a.y + SLACK < b.y + b.height &&
    b.y + SLACK < a.y + a.height
  );
}

function crosses(a: Point, b: Point, box: Box): boolean {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return overlap(
    { x: x - SLACK, y: y - SLACK, width: Math.abs(a.x - b.x) + 2 * SLACK, height: Math.abs(a.y - b.y) + 2 * SLACK },
    box,
  );
}

function inside(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x - SLACK &&
    inner.y >= outer.y - SLACK &&
    inner.x + inner.width <= outer.x + outer.width + SLACK &&
    inner.y + inner.height <= outer.y + outer.height + SLACK
  );
}

function textWidth(node: SceneNode): number {
  if (node.role !== "node")
    return Math.max(
      42 + measure(node.title, GROUP_TITLE, "sansBold") + measure(node.note ?? "", NOTE, "sans"),
      30 + measure(node.subtitle ?? "", NOTE, "sans"),
    );
  return Math.max(measure(node.title, TITLE, "monoBold"), measure(node.subtitle ?? "", SUBTITLE, "mono"));
}

/** Every fault of a drawing, in words. */
function faults({ scene, boxes, routes, width, height }: Placed): string[] {
  const found: string[] = [];
  const page = { x: 0, y: 0, width, height };
  const box = (id: string) => boxes.get(id)!;
  const solid = scene.nodes.filter((node) => node.role !== "open");
  for (const [at, node] of scene.nodes.entries()) {
    if (!inside(box(node.id), node.parent === undefined ? page : box(node.parent))) found.push(`${node.id} sticks out`);
    if (textWidth(node) > box(node.id).width) found.push(`the text of ${node.id} is wider than its box`);
    for (const other of scene.nodes.slice(at + 1))
      if (other.parent === node.parent && overlap(box(node.id), box(other.id)))
        found.push(`${node.id} overlaps ${other.id}`);
  }
  for (const edge of scene.edges) {
    const route = routes.get(edge.id);
    if (!route) {
      found.push(`${edge.id} has no route`);
      continue;
    }
    const touches = ({ x, y }: Point, end: Box, border: number): boolean =>
      x > end.x - SLACK && x < end.x + end.width + SLACK && Math.abs(y - border) <= SLACK;
    const [first, last] = [box(edge.source), box(edge.target)];
    if (!touches(route[0]!, first, first.y + first.height) || !touches(route[route.length - 1]!, last, last.y))
      found.push(`${edge.id} does not meet its ends`);
    for (let i = 1; i < route.length; i++)
      for (const node of solid)
        if (node.id !== edge.source && node.id !== edge.target && crosses(route[i - 1]!, route[i]!, box(node.id)))
          found.push(`${edge.id} runs through ${node.id}`);
    const tip = route[route.length - 1]!;
    const text = { x: tip.x + 5, y: tip.y - 15, width: edgeTextWidth(edge), height: 8 };
    for (const other of text.width ? scene.edges : []) {
      const beside = other === edge ? [] : (routes.get(other.id) ?? []);
      if (beside.some((point, i) => i > 0 && crosses(beside[i - 1]!, point, text)))
        found.push(`the text at ${edge.id} is crossed by ${other.id}`);
    }
    const [source, target] = [box(edge.source), box(edge.target)];
    const [from, to] = [edge.source, edge.target].map((id) => scene.nodes.find((node) => node.id === id)!);
    // Runs stand side by side: only in one, and between two, does all run down.
    const siblings = scene.nodes.filter((node) => node.parent === from!.parent);
    const between = siblings.slice(siblings.indexOf(from!), siblings.indexOf(to!) + 1);
    const together = between.length > 0 && between.every((node) => node.role === "node");
    if (together && source.y + source.height > target.y + SLACK) found.push(`${edge.id} runs upwards`);
  }
  return found;
}

describe("a hundred random drawings", () => {
  for (const [size, count] of [
    [8, 40],
    [20, 40],
    [45, 20],
  ] as const)
    test(`${count} of ${size} nodes have no fault`, () => check(size, count));
});

test("parts that nothing joins go in rows, in order of execution", () => {
  const reads = Array.from({ length: 24 }, (_, i) => [
    node(`t/read${i}`, "InterventionProtocol", { label: `transformer.h.${i}.output` }),
    node(`t/save${i}`, "LockProtocol"),
    edge(`t/read${i}`, `t/save${i}`),
  ]);
  const { boxes, width, height, routes } = layoutSync(scene([group("t", "Tracer"), ...reads.flat()], ["t"]), elkSync);
  const placed = Array.from({ length: 24 }, (_, i) => boxes.get(`t/read${i}`)!);
  const reading = [...placed].sort((a, b) => Math.round(a.y - b.y) || a.x - b.x);
  expect(reading).toEqual(placed);
  expect(width).toBeLessThan(2 * height);
  expect(routes.size).toBe(24);
});

test("a value that layer after layer adds to runs straight down, whatever joins it", () => {
  const steps = Array.from({ length: 48 }, (_, i) => [
    node(`read${i}`, "InterventionProtocol"),
    node(`add${i}`),
    edge(`read${i}`, `add${i}`, "data", { label: "1" }),
    ...(i ? [edge(`add${i - 1}`, `add${i}`, "data", { label: "0" })] : []),
  ]);
  const { width, height } = layoutSync(scene(steps.flat()), elkSync);
  expect(width).toBeLessThan(height / 3);
});

test("a column of boxes, in as many sub-graphs, is laid out without elkjs, and alike", () => {
  const elements = [
    group("t", "Tracer"),
    ...Array.from({ length: 5 }, (_, i) => node(`t/${i}`)),
    ...Array.from({ length: 4 }, (_, i) => edge(`t/${i}`, `t/${i + 1}`)),
  ];
  const drawing = scene([node("x", "Input"), ...elements, edge("x", "t")], ["t"]);
  const alone = layoutSync(drawing, () => {
    throw new Error("elkjs was asked");
  });
  expect(faults(alone)).toEqual([]);
  const middles = [...alone.boxes.values()].map(({ x, width }) => x + width / 2);
  expect(new Set(middles).size).toBe(1);
  const twice = { ...drawing, edges: [...drawing.edges, { ...drawing.edges[1]!, id: "again" }] };
  expect(() =>
    layoutSync(twice, () => {
      throw new Error("elkjs was asked");
    }),
  ).toThrow("elkjs was asked");
});

test("in rows, edges of two values to two boxes keep apart, and so do the names at their arrows", () => {
  const steps = Array.from({ length: 60 }, (_, i) => [
    node(`n${i + 1}`),
    edge(`n${i >> 1}`, `n${i + 1}`, "data", { label: "0" }),
    edge(`n${i}`, `n${i + 1}`, "data", { label: "1" }),
  ]);
  const drawn = rowsLayout(scene([node("n0"), ...steps.flat()]));
  const down = drawn.scene.edges.flatMap((edge) => {
    const route = drawn.routes.get(edge.id)!;
    return route
      .slice(1)
      .flatMap((to, at) =>
        to.x === route[at]!.x
          ? [{ edge, x: to.x, top: Math.min(to.y, route[at]!.y), bottom: Math.max(to.y, route[at]!.y) }]
          : [],
      );
  });
  const shared = down.filter((a) =>
    down.some(
      (b) =>
        a.edge.source !== b.edge.source &&
        a.edge.target !== b.edge.target &&
        a.x === b.x &&
        a.top < b.bottom &&
        b.top < a.bottom,
    ),
  );
  expect(shared).toEqual([]);
  expect(faults(drawn).filter((fault) => !fault.includes("upwards"))).toEqual([]);
  expect(drawn.width).toBeLessThan(drawn.height);
});

describe("lanes", () => {
  test("a hundred random drawings: boxes keep apart, edges run between them and down", () =>
    check(20, 100, "lanes", "the text at"));

  test("the same place of the model is on one line, in a column for each invoke", () => {
    const reads = (invoke: string, ...places: string[]) => [
      group(`t/${invoke}`, "Invoke"),
      ...places.map((place) => node(`t/${invoke}/${place}`, "InterventionProtocol", { target: place })),
    ];
    const drawn = layoutSync(
      scene(
        [group("t", "Tracer"), ...reads("a", "h0", "h1", "h2"), ...reads("b", "h0", "h2", "h1")],
        ["t", "t/a", "t/b"],
      ),
      elkSync,
      { arrangement: "lanes" },
    );
    const y = (id: string) => drawn.boxes.get(id)!.y;
    expect([y("t/a/h0"), y("t/a/h2")]).toEqual([y("t/b/h0"), y("t/b/h2")]);
    expect(y("t/b/h1")).toBeGreaterThan(y("t/b/h2")); // read out of order: not on the line of t/a/h1
    expect(drawn.boxes.get("t/b")!.x).toBeGreaterThan(drawn.boxes.get("t/a")!.x + drawn.boxes.get("t/a")!.width);
  });

  test("a loop that shows one pass stays in the column of its run; one that shows all has a column for each", () => {
    const pass = (index: number) => [group(`t/l/i${index}`, "Iteration", { index }), node(`t/l/i${index}/add`)];
    const elements = [group("t", "Tracer"), node("t/read"), group("t/l", "Iterator"), ...pass(0), ...pass(1)];
    const middles = (shown: 0 | "all", ...ids: string[]): number[] => {
      const open = ["t", "t/l", "t/l/i0", "t/l/i1"];
      const drawn = layoutSync(scene(elements, open, { steps: { "t/l": shown } }), elkSync, { arrangement: "lanes" });
      return ids.map((id) => drawn.boxes.get(id)!).map(({ x, width }) => x + width / 2);
    };
    const [read, add] = middles(0, "t/read", "t/l/i0/add") as [number, number];
    expect(add).toBe(read);
    const [trace, first, second] = middles("all", "t/read", "t/l/i0/add", "t/l/i1/add") as [number, number, number];
    expect(first).toBeGreaterThan(trace + 50);
    expect(second).toBeGreaterThan(first + 50);
  });
});
