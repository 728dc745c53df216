// Cytoscape's own layouts, as ipycytoscape's set_layout names them.

import { expect, test } from "vitest";
import elements from "../../tests/golden/seed.elements.json";
import { allGroups, indexElements } from "../src/core/elementIndex";
import { buildScene } from "../src/core/scene";
import type { Element } from "../src/generated/schema";
import { elkSync } from "../src/layout/elk";
import { layoutSync } from "../src/layout/layout";
import { ARRANGEMENTS, arranged } from "../src/stage/cytoscapeLayouts";
import { legend } from "./builders";

const all = elements as unknown as Element[];
const scene = buildScene(
  all,
  { expanded: allGroups(indexElements(all)), hiddenKinds: new Set(["Value"]), steps: {} },
  legend,
);
const layered = layoutSync(scene, elkSync);

test.each(ARRANGEMENTS)("%s keeps every box, at its size, and sub-graphs around what they hold", (name) => {
  const placed = arranged(layered, { name });
  expect([...placed.boxes.keys()].sort()).toEqual([...layered.boxes.keys()].sort());
  let elsewhere = 0;
  for (const node of scene.nodes) {
    const [box, was] = [placed.boxes.get(node.id)!, layered.boxes.get(node.id)!];
    expect(
      [box.x, box.y].every((at) => Number.isFinite(at) && at >= 0),
      node.id,
    ).toBe(true);
    if (node.role !== "open") expect([box.width, box.height]).toEqual([was.width, was.height]);
    elsewhere += Number(box.x !== was.x || box.y !== was.y);
    const outer = node.parent === undefined ? undefined : placed.boxes.get(node.parent)!;
    if (outer)
      expect(
        outer.x <= box.x &&
          outer.y <= box.y &&
          outer.x + outer.width >= box.x + box.width &&
          outer.y + outer.height >= box.y + box.height,
        node.id,
      ).toBe(true);
  }
  expect(elsewhere).toBeGreaterThan(scene.nodes.length / 2);
});

test("a circle is one", () => {
  const placed = arranged(layered, { name: "circle" });
  const middles = scene.nodes
    .filter((node) => node.role !== "open")
    .map((node) => {
      const { x, y, width, height } = placed.boxes.get(node.id)!;
      return [x + width / 2, y + height / 2] as const;
    });
  const [cx, cy] = [0, 1].map((axis) => middles.reduce((sum, at) => sum + at[axis]!, 0) / middles.length) as [
    number,
    number,
  ];
  const radii = middles.map(([x, y]) => Math.hypot(x - cx, y - cy));
  expect(Math.max(...radii) - Math.min(...radii)).toBeLessThan(1);
});
