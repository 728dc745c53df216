// Random compound graphs, the same for the same seed.

import type { EdgeData, Element, NodeData } from "../src/generated/schema";

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

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
export function randomElements(size: number, seed: number): Element[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const groups: NodeData[] = [];
  const nodes: NodeData[] = [];
  const edges: EdgeData[] = [];
  const fill = (parent: string | undefined, count: number, depth: number): void => {
    while (count > 0) {
      if (depth < 4 && next() < 0.15 && count > 2) {
        const inside = Math.min(count, 2 + Math.floor(next() * 12));
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
      const inputs = kind === "Input" ? 0 : Math.floor(next() * 3);
      for (let input = 0; input < inputs && nodes.length; input++) {
        const source =
          nodes[
            next() < 0.7 ? Math.max(0, nodes.length - 1 - Math.floor(next() * 6)) : Math.floor(next() * nodes.length)
          ]!;
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
        shape: [1, Math.floor(next() * 1000)],
        dtype: "float32",
        order: nodes.length,
        ...(kind === "SwapProtocol" ? { changes: true } : {}),
        ...(next() < 0.05 ? { status: pick(["failed", "not reached", "never run", "planned"] as const) } : {}),
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
