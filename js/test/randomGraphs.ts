// Random compound graphs.

import fc, { type GeneratorValue } from "fast-check";
import type { EdgeData, Element, NodeData } from "../src/generated/schema";

const KINDS = [
  "InterventionProtocol",
  "SwapProtocol",
  "LockProtocol",
  "Operation",
  "Operation",
  "Operation",
  "ApplyModuleProtocol",
  "Input",
];
const GROUPS = ["Session", "Tracer", "Invoke", "Iterator", "Backward", "Conditional"];

/** An intervention-like graph of `size` nodes in nested sub-graphs: values flow forward in order of execution. */
export function randomElements(size: number, random: GeneratorValue): Element[] {
  const pick = <T>(list: readonly T[]): T => random(fc.constantFrom<T[]>, ...list);
  const below = (count: number): number => random(fc.nat, count - 1);
  const chance = (percent: number): boolean => below(100) < percent;
  const groups: NodeData[] = [];
  const nodes: NodeData[] = [];
  const edges: EdgeData[] = [];
  const fill = (parent: string | undefined, count: number, depth: number): void => {
    while (count > 0) {
      if (depth < 4 && count > 2 && chance(15)) {
        const inside = Math.min(count, 2 + below(12));
        const kind = pick(GROUPS);
        const id = `${parent === undefined ? "" : `${parent}/`}${kind}${groups.length}`;
        groups.push({
          id,
          kind,
          label: `${kind.toLowerCase()}_${groups.length}`,
          compound: true,
          line: groups.length + 1,
          ...(parent === undefined ? {} : { parent }),
        });
        fill(id, inside, depth + 1);
        count -= inside;
        continue;
      }
      const kind = pick(KINDS);
      const id = `${parent === undefined ? "" : `${parent}/`}n${nodes.length}`;
      const inputs = kind === "Input" ? 0 : below(3);
      for (let input = 0; input < inputs && nodes.length; input++) {
        const source = nodes[chance(70) ? Math.max(0, nodes.length - 1 - below(6)) : below(nodes.length)]!;
        const kind = source.parent === parent ? "data" : "bridge";
        edges.push({
          id: `e${edges.length}`,
          source: source.id,
          target: id,
          kind,
          label: pick([String(input), "input", "dim", "other"]),
        });
      }
      nodes.push({
        id,
        kind,
        label: pick(["add", "layer1.output", "transformer.h.11.mlp.output", "save", "softmax", "x"]),
        shape: [1, below(1000)],
        dtype: "float32",
        order: nodes.length,
        ...(kind === "SwapProtocol" ? { changes: true } : {}),
        ...(chance(5) ? { status: pick(["failed", "not reached", "never run", "planned"] as const) } : {}),
        ...(parent === undefined ? {} : { parent }),
      });
      count--;
    }
  };
  fill(undefined, size, 0);
  return [
    ...[...groups, ...nodes].map((data): Element => ({ group: "nodes", data })),
    ...edges.map((data): Element => ({ group: "edges", data })),
  ];
}
