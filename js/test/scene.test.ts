import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allGroups, around, indexElements } from "../src/core/elementIndex";
import { legendEntries } from "../src/core/kinds";
import { edgeText } from "../src/core/metrics";
import { expansionWithin, withOpen } from "../src/core/open";
import { buildScene } from "../src/core/scene";
import type { Scene } from "../src/core/types";
import type { Element } from "../src/generated/schema";
import { arrows, edge, group, legend, node, scene } from "./builders";

const seed = JSON.parse(
  readFileSync(new URL("../../tests/golden/seed.elements.json", import.meta.url), "utf-8"),
) as Element[];
const [session, loop] = ["session@1", "session@1/for@5"];

function seedScene(expanded: Iterable<string>, steps = {}): Scene {
  return buildScene(seed, { expanded: new Set(expanded), hiddenKinds: new Set(["Value"]), steps }, legend);
}

const at = (scene: Scene, id: string) => scene.nodes.find((node) => node.id === id);
const ids = (scene: Scene) => scene.nodes.map((node) => node.id);

describe("the seed's graph", () => {
  test("opens at its first level", () => {
    const scene = seedScene([session]);
    expect(scene.nodes.map(({ role, title, subtitle, note }) => [role, title, subtitle, note])).toEqual([
      ["open", "Session", undefined, "line 1"],
      ["node", "x", "[1, 5] float32", undefined],
      ["closed", "Tracer  tracer_1", "reads layer1   2 saves   1 operation", "closed · 4 nodes"],
      ["node", "x2", "[1, 5] float32", undefined],
      [
        "closed",
        "Iterator  for item in [0, 1, 2]",
        "1 variable   reads layer1   1 save   4 operations",
        "×3 · closed · 7 nodes",
      ],
    ]);
    expect(arrows(scene).sort()).toEqual([
      `session@1/tracer_1@2 > ${loop} x2 bridge`,
      "session@1/x2@6 > session@1/for@5 argument",
      "session@1/x@2 > session@1/tracer_1@2 argument",
    ]);
  });

  test("shows one pass of its loop, with literals in their node's text", () => {
    const scene = seedScene(allGroups(indexElements(seed)));
    expect(ids(scene).filter((id) => id.includes("/i1") || id.includes("/i2"))).toEqual([]);
    expect(at(scene, loop)!.step).toEqual({ iterator: loop, shown: 0, count: 3, label: "item = 0" });
    const texts = scene.nodes
      .filter((node) => node.id.startsWith(`${loop}/i0/`))
      .map(({ title, subtitle }) => [title, subtitle]);
    expect(texts).toContainEqual(["[:, item]", "[1] float32"]);
    expect(texts).toContainEqual(["setitem", "a_copy[:, item]"]);
    expect(texts).toContainEqual(["save b", "[1, 10] float32"]);
    expect(scene.nodes.some((node) => node.data.kind === "Value")).toBe(false);
  });

  test("a number that is written into a value is said beside where", () => {
    const write = (
      id: string,
      variable: string | undefined,
      ...given: [name: string, kind: string, text: string][]
    ) => [
      node(id, "Operation", {
        label: "setitem",
        variable,
        arguments: given.map(([name, , text]): [string, string] => [name, text]),
      }),
      ...given.map(([name, kind, text]) => node(`${id}${name}`, kind, { label: text })),
      ...given.map(([name]) => edge(`${id}${name}`, id, "argument", { label: name })),
    ];
    const elements = [
      ...write("a", undefined, ["0", "Operation", "h"], ["1", "Value", ":"], ["2", "Value", "0"]),
      ...write("b", "h", ["0", "Operation", "h"], ["1", "Value", "(:, 2)"], ["2", "Value", "5.0"]),
      ...write("c", "h", ["0", "Operation", "h"], ["1", "Operation", "(:, i)"], ["2", "Value", "1"]),
      ...write("d", "h", ["0", "Operation", "h"], ["1", "Value", ":"], ["2", "Operation", "v"]),
    ];
    const said = (hidden: string[]) => {
      const state = { expanded: new Set<string>(), hiddenKinds: new Set(hidden), steps: {} };
      const { nodes } = buildScene(elements, state, legend);
      return nodes.filter(({ title }) => title === "setitem").map(({ subtitle }) => subtitle);
    };
    expect(said(["Value"])).toEqual(["[:] = 0", "h[:, 2] = 5.0", "h[:, i] = 1", "h[:]"]);
    expect(said([])).toEqual([undefined, "h[:, 2]", "h[:, i]", "h[:]"]); // they are boxes of their own then
  });

  test("says at a carried value that it comes from the pass before", () => {
    const setitem = seedScene(allGroups(indexElements(seed))).nodes.filter((node) => node.title === "setitem");
    expect(setitem.map((node) => node.note)).toEqual(["↺ to item = 1"]);
  });

  test("steps to another pass: what was open stays open, edges from outside go to it", () => {
    const open = [session, `${session}/tracer_1@2`, loop, `${loop}/i0/tracer_2@6`];
    const first = seedScene(open);
    const second = seedScene(open, { [loop]: 1 });
    expect(at(second, `${loop}/i1/tracer_2@6`)!.role).toBe("open");
    expect(ids(second)).toEqual(ids(first).map((id) => id.replace("/i0", "/i1")));
    expect(arrows(second).sort()).toEqual(
      arrows(first)
        .map((text) => text.replaceAll("/i0", "/i1"))
        // only the first pass takes the value that was there before the loop
        .map((text) => (text.includes("clone@4 > ") ? text.replace(/for@5.*/, "for@5 bridge (item = 0)") : text))
        .sort(),
    );
  });

  test("draws every pass as a box, joined by what is carried", () => {
    const scene = seedScene(allGroups(indexElements(seed)), { [loop]: "all" });
    expect(ids(scene).filter((id) => /\/i\d$/.test(id))).toEqual([`${loop}/i0`, `${loop}/i1`, `${loop}/i2`]);
    expect(arrows(scene).filter((text) => text.includes("carried"))).toHaveLength(2);
  });

  test("every element is stood for by something visible", () => {
    for (const expanded of [[], [session], [session, loop], allGroups(indexElements(seed))]) {
      const scene = seedScene(expanded);
      const visible = new Set(ids(scene));
      const missing = seed.filter(
        ({ group, data }) =>
          group === "nodes" &&
          !("kind" in data && data.kind === "Value") &&
          !visible.has(scene.standsFor.get(data.id)!),
      );
      expect(missing).toEqual([]);
    }
  });

  test("has a legend with counts, in the legend's order", () => {
    expect(legendEntries(indexElements(seed), legend).map(({ kind, count }) => `${kind} ${count}`)).toEqual([
      "InterventionProtocol 4",
      "LockProtocol 5",
      "ValueProtocol 3",
      "Value 9",
      "Input 2",
      "Operation 13",
      "Session 1",
      "Tracer 4",
      "Iterator 1",
      "Iteration 3",
    ]);
  });
});

test("through a hidden node lead edges from its first twelve sources, and from no more", () => {
  const sources = Array.from({ length: 20 }, (_, at) => `s${at}`);
  const elements = [
    ...sources.map((id, order) => node(id, "Operation", { order })),
    node("hidden", "Noop", { order: 20 }),
    node("end", "Operation", { order: 21 }),
    ...sources.map((id) => edge(id, "hidden")),
    edge("hidden", "end"),
  ];
  const state = { expanded: new Set<string>(), hiddenKinds: new Set(["Noop"]), steps: {} };
  const { edges } = buildScene(elements, state, legend);
  expect(edges.map(({ source, target, kind }) => `${source} > ${target} ${kind}`)).toEqual(
    sources.slice(0, 12).map((id) => `${id} > end via`),
  );
});

describe("closed sub-graphs", () => {
  const elements = [
    group("a", "Tracer"),
    group("a/in", "Invoke"),
    group("b", "Tracer"),
    node("a/1"),
    node("a/in/2"),
    node("b/3"),
    node("b/4"),
    edge("a/1", "a/in/2", "bridge"),
    edge("a/1", "b/3", "bridge", { label: "0" }),
    edge("a/in/2", "b/3", "bridge", { label: "1" }),
    edge("b/3", "b/4"),
  ];

  test("edges lift to the closed box and merge with a count; edges inside vanish", () => {
    expect(arrows(scene(elements))).toEqual(["a > b x2 bridge"]);
    expect(arrows(scene(elements, ["a"]))).toEqual(["a/1 > a/in bridge", "a/1 > b bridge", "a/in > b bridge"]);
    expect(arrows(scene(elements, ["a", "a/in", "b"]))).toEqual([
      "a/1 > a/in/2 bridge",
      "a/1 > b/3 bridge (0)",
      "a/in/2 > b/3 bridge (1)",
      "b/3 > b/4",
    ]);
  });

  test("a merged edge knows all that it stands for", () => {
    expect(scene(elements).edges[0]!.edges).toEqual(["a/1>b/30", "a/in/2>b/31"]);
  });

  test("an open sub-graph in a closed one stays unseen, and comes back open", () => {
    expect(ids(scene(elements, ["a/in"]))).toEqual(["a", "b"]);
    expect(ids(scene(elements, ["a/in", "a"]))).toEqual(["a", "a/1", "a/in", "a/in/2", "b"]);
  });

  test("an empty sub-graph, or one with all filtered out, is a closed box", () => {
    expect(scene([group("a", "Branch", { taken: false })], ["a"]).nodes[0]).toMatchObject({
      role: "closed",
      note: "not taken · closed · 0 nodes",
    });
    expect(scene(elements, ["b"], { hiddenKinds: new Set(["Operation"]) }).nodes.map((node) => node.role)).toEqual([
      "closed",
      "closed",
    ]);
  });
});

test("passes that read each another layer are one: what goes on from each is one edge, from the read that is shown", () => {
  const pass = (loop: string, index: number, layer: number) => [
    group(`${loop}/i${index}`, "Iteration", { index }),
    node(`${loop}/i${index}/h.${layer}.output@2`, "InterventionProtocol"),
    node(`${loop}/i${index}/add@3`),
  ];
  const elements = [
    group("a", "Iterator"),
    ...pass("a", 0, 2),
    ...pass("a", 1, 4),
    group("b", "Iterator"),
    ...pass("b", 0, 2),
    ...pass("b", 1, 4),
    ...[
      [0, 2],
      [1, 4],
    ].map(([index, layer]) => edge(`a/i${index}/h.${layer}.output@2`, `b/i${index}/add@3`, "bridge")),
  ];
  expect(arrows(scene(elements, ["a", "b"]))).toEqual(["a/i0/h.2.output@2 > b/i0/add@3 bridge"]);
  expect(arrows(scene(elements, ["a", "b"], { steps: { a: 1, b: 1 } }))).toEqual([
    "a/i1/h.4.output@2 > b/i1/add@3 bridge",
  ]);
});

describe("literals", () => {
  const elements = [
    node("x", "Input"),
    node("two", "Value", { label: "2" }),
    node("dim", "Value", { label: "-1" }),
    node("sum"),
    edge("x", "sum", "data", { label: "0" }),
    edge("two", "sum", "argument", { label: "1" }),
    edge("dim", "sum", "argument", { label: "dim" }),
  ];

  test("hidden, they are in their node's text", () => {
    expect(scene(elements, [], { hiddenKinds: new Set(["Value"]) }).nodes.map((node) => node.subtitle)).toEqual([
      undefined,
      "(·, 2, dim=-1)",
    ]);
  });

  test("shown, they are nodes with named arrows", () => {
    expect(arrows(scene(elements))).toEqual(["x > sum (0)", "two > sum argument (1)", "dim > sum argument (dim)"]);
  });
});

describe("a hidden kind", () => {
  const hiddenKinds = new Set(["Operation"]);
  const read = (id: string) => node(id, "InterventionProtocol");
  const save = (id: string) => node(id, "LockProtocol");

  test("is bridged, along chains and once", () => {
    const elements = [
      read("a"),
      read("b"),
      node("one"),
      node("two"),
      save("s"),
      edge("a", "one"),
      edge("a", "two"),
      edge("b", "two"),
      edge("one", "two"),
      edge("two", "s"),
      edge("b", "s"),
    ];
    expect(arrows(scene(elements, [], { hiddenKinds }))).toEqual(["b > s", "a > s via"]);
  });

  test("in a closed sub-graph is part of it", () => {
    const elements = [
      group("t", "Tracer"),
      read("t/a"),
      node("t/one"),
      save("s"),
      edge("t/a", "t/one"),
      edge("t/one", "s", "bridge"),
    ];
    expect(arrows(scene(elements, [], { hiddenKinds }))).toEqual(["t > s via"]);
  });

  test("brings no more than a few edges to each that takes it", () => {
    const length = 300; // each hidden node is reached by all reads before it
    const chain = Array.from({ length }, (_, i) => [read(`r${i}`), node(`o${i}`), save(`s${i}`)]).flat();
    const joins = Array.from({ length }, (_, i) => [
      edge(`r${i}`, `o${i}`),
      edge(`o${i}`, `s${i}`),
      ...(i ? [edge(`o${i - 1}`, `o${i}`)] : []),
    ]).flat();
    expect(scene([...chain, ...joins], [], { hiddenKinds }).edges.length).toBeLessThanOrEqual(12 * length);
  });
});

test("a closed sub-graph says that something in it changes the model", () => {
  const elements = [
    group("t", "Tracer"),
    group("t/in", "Invoke"),
    node("t/in/w", "SwapProtocol", { changes: true }),
    node("t/in/add_", "Operation", { changes: true }),
    group("u", "Tracer"),
    node("u/add"),
  ];
  expect(scene(elements).nodes.map(({ subtitle, changes }) => [subtitle, changes])).toEqual([
    ["writes w, …", true],
    ["1 operation", undefined],
  ]);
  expect(scene(elements, ["t"]).nodes.map(({ id, changes }) => [id, changes])).toEqual([
    ["t", undefined],
    ["t/in", true],
    ["u", undefined],
  ]);
});

describe("loops", () => {
  const pass = (index: number) => [
    group(`l/i${index}`, "Iteration", { index, label: `i = ${index}` }),
    node(`l/i${index}/read`),
    node(`l/i${index}/add`),
    edge(`l/i${index}/read`, `l/i${index}/add`),
    ...(index
      ? [
          edge(`l/i${index - 1}/add`, `l/i${index}/read`, "carried"),
          edge(`l/i${index - 1}/read`, `l/i${index}/add`, "carried"),
        ]
      : []),
  ];
  const elements = [
    node("x"),
    group("l", "Iterator", { count: 3 }),
    ...pass(0),
    ...pass(1),
    ...pass(2),
    node("end"),
    edge("x", "l/i0/read", "bridge"),
    edge("l/i2/add", "end", "bridge"),
  ];

  test.each([
    [0, ["l > end bridge (i = 2)", "l/i0/read > l/i0/add", "x > l/i0/read bridge"], "↺ to i = 1"],
    [1, ["l > end bridge (i = 2)", "l/i1/read > l/i1/add", "x > l bridge (i = 0)"], "↺ from i = 0, to i = 2"],
    [2, ["l/i2/add > end bridge", "l/i2/read > l/i2/add", "x > l bridge (i = 0)"], "↺ from i = 1"],
  ])("pass %i has its own edges; those of other passes end at the loop and say which", (shown, edges, note) => {
    const drawn = scene(elements, ["l"], { steps: { l: shown } });
    expect(arrows(drawn).sort()).toEqual(edges);
    expect(at(drawn, `l/i${shown}/read`)!.note).toBe(note);
  });

  test("the pass shown at first is the one that failed, else the first in which something ran", () => {
    const passes = (status?: "failed") => [
      group("l", "Iterator"),
      group("l/i0", "Iteration", { index: 0 }),
      node("l/i0/i", "VariableProtocol"),
      group("l/i1", "Iteration", { index: 1 }),
      node("l/i1/add"),
      group("l/i2", "Iteration", { index: 2, label: "i = 2", ...(status ? { status } : {}) }),
      node("l/i2/add"),
    ];
    expect(at(scene(passes(), ["l"]), "l")!.step!.shown).toBe(1);
    const failed = at(scene(passes("failed"), ["l"]), "l")!;
    expect([failed.step!.shown, failed.note]).toEqual([2, "×3  ✕ i = 2  ◂ i = 2 ▸"]);
  });

  test("a branch says in how many passes it ran", () => {
    const branches = [true, false].flatMap((taken, i) => [
      group(`l/i${i}`, "Iteration", { index: i }),
      group(`l/i${i}/then`, "Branch", { taken }),
      node(`l/i${i}/then/add`),
    ]);
    const drawn = scene([group("l", "Iterator"), ...branches], ["l"]);
    expect(at(drawn, "l/i0/then")!.note).toContain("ran in 1 of 2 passes");
  });

  test.each([0, 1])("pass %i has an edge into a closed box once", (shown) => {
    const drawn = seedScene([session, loop], { [loop]: shown });
    expect(arrows(drawn).filter((arrow) => arrow.includes("/x2@6 >"))).toEqual([
      `${session}/x2@6 > ${loop}/i${shown}/tracer_2@6 argument`,
    ]);
  });

  test("what takes something of every pass has one edge, named as the shown pass's", () => {
    const all = [
      ...elements,
      node("list"),
      ...[0, 1, 2].map((i) => edge(`l/i${i}/add`, "list", "bridge", { label: `[${i}]` })),
      edge("x", "list"),
    ];
    expect(arrows(scene(all, ["l"], { steps: { l: 1 } })).filter((arrow) => arrow.includes("add > list"))).toEqual([
      "l/i1/add > list bridge ([1])",
    ]);
    expect(arrows(scene(all, ["l"])).filter((arrow) => arrow.includes("> list"))).toEqual(
      ["x > list", "l/i0/add > list bridge ([0])"].reverse(),
    );
  });

  test("a step past the end shows the last pass", () => {
    expect(at(scene(elements, ["l"], { steps: { l: 99 } }), "l")!.step!.shown).toBe(2);
  });

  test("a loop whose body is there once shows it", () => {
    const drawn = scene([group("l", "Iterator", { count: 5 }), node("l/add")], ["l"]);
    expect(ids(drawn)).toEqual(["l", "l/add"]);
    expect(at(drawn, "l")!.note).toContain("×5");
  });

  test("closing a box in one pass closes it in all", () => {
    const twice = [
      group("l", "Iterator"),
      group("l/i0", "Iteration", { index: 0 }),
      group("l/i0/t", "Tracer"),
      group("l/i1", "Iteration", { index: 1 }),
      group("l/i1/t", "Tracer"),
      node("l/i0/t/a"),
      node("l/i1/t/a"),
    ];
    const index = indexElements(twice);
    const state = { expanded: new Set(["l", "l/i0/t"]), steps: { l: 1 } };
    expect([...withOpen(index, state, "l/i1/t", false)]).toEqual(["l"]);
    expect([...withOpen(index, { ...state, steps: { l: "all" } }, "l/i1/t", false)]).toEqual(["l", "l/i0/t"]);
  });
});

describe("parts of a graph", () => {
  const elements = [
    group("a", "Tracer"),
    group("b", "Tracer"),
    node("a/1"),
    node("a/2"),
    node("b/3"),
    edge("a/1", "a/2"),
    edge("a/2", "b/3", "bridge"),
  ];

  test("a slice brings the sub-graphs around it, a sub-graph all that is in it", () => {
    expect(ids(scene(elements, ["a", "b"], { only: new Set(["a/2"]) }))).toEqual(["a", "a/2"]);
    expect(ids(scene(elements, ["a", "b"], { only: new Set(["a"]) }))).toEqual(["a", "a/1", "a/2"]);
  });

  test("a limit cuts, and says how much", () => {
    const many = Array.from({ length: 10 }, (_, i) => node(`n${i}`));
    const cut = scene(many, [], { limit: 4 });
    expect(cut.nodes.map((node) => node.title)).toEqual(["n0", "n1", "n2", "n3", "+6 more"]);
    expect(cut.hidden).toBe(6);
  });

  test("everything opens, level by level, within a budget", () => {
    const index = indexElements(elements);
    expect([...expansionWithin(index, 5).open]).toEqual(["a", "b"]);
    expect(expansionWithin(index, 4)).toEqual({ open: new Set(["a"]), closed: 1 });
  });

  test("the way to an element is the sub-graphs around it", () => {
    expect(around(indexElements(seed), `${loop}/i0/tracer_2@6/save@7`)).toEqual([
      session,
      loop,
      `${loop}/i0`,
      `${loop}/i0/tracer_2@6`,
    ]);
  });
});

test("a click in a graph of 10,000 nodes is quick", () => {
  const elements = Array.from({ length: 100 }, (_, t) => [
    group(`t${t}`, "Tracer"),
    ...Array.from({ length: 100 }, (_, i) => node(`t${t}/${i}`)),
    ...Array.from({ length: 99 }, (_, i) => edge(`t${t}/${i}`, `t${t}/${i + 1}`)),
  ]).flat();
  const times = [1, 2, 3, 4, 5].map((t) => {
    const start = performance.now();
    scene(elements, [`t${t}`]);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(100);
});

test("a note is on the second line where there is room for it", () => {
  const noted = (note: string): string | undefined =>
    scene([node("a", "LockProtocol", { variable: "before", note })]).nodes[0]!.subtitle;
  expect(noted("written later, line 8")).toBe("before · written later, line 8");
  expect(noted("long ".repeat(40))).toBe("before");
});

test("which part of a tuple goes along an edge is written at its arrow, also where the argument's name is not", () => {
  const texts = (edges: Element[]): string[] => scene([node("split"), node("a"), ...edges]).edges.map(edgeText);
  const part = (label: string, output: string): Element => edge("split", "a", "data", { label, output });
  expect(texts([part("0", "[0]"), part("1", "[2]")])).toEqual(["0 [0]", "1 [2]"]);
  expect(texts([part("0", "['k']")])).toEqual(["['k']"]);
});
