import { expect, test } from "vitest";
import { indexElements } from "../src/core/elementIndex";
import { find } from "../src/core/queries";
import type { Element, NodeData } from "../src/generated/schema";
import { edge, legend, node, scene } from "./builders";

const write = (id: string, label: string, data: Partial<NodeData> = {}): Element =>
  node(id, "Operation", { label, changes: true, writes: "h.5.output[:, 7]", ...data });
const texts = (elements: Element[], hiddenKinds = ["Value"]) =>
  scene(elements, [], { hiddenKinds: new Set(hiddenKinds) }).nodes.map(({ title, subtitle }) => [title, subtitle]);

test("an index is in brackets and an operator is a sign, where the data has two values", () => {
  const given = (label: string, ...names: string[]) =>
    node(label, "Operation", { label, arguments: names.map((name) => [name, "x"]) });
  expect(
    texts([given("sub", "0", "1"), given("add", "0", "1", "alpha"), given("neg", "0"), given("max", "0", "1")]),
  ).toEqual([
    ["−", undefined],
    ["add", undefined],
    ["−", undefined],
    ["max", undefined],
  ]);
  expect(
    texts([
      node("g", "Operation", {
        label: "getitem",
        arguments: [
          ["0", "h"],
          ["1", "(:, 7)"],
        ],
      }),
    ]),
  ).toEqual([["[:, 7]", undefined]]);
});

test("a write says its place, what it puts there, and the shape of that", () => {
  const value = node("v", "Operation", { label: "mul", variable: "clean", shape: [1, 48] });
  const set = write("s", "setitem", {
    arguments: [
      ["0", "h"],
      ["1", "(:, 7)"],
      ["2", "clean"],
    ],
  });
  expect(texts([value, set, edge("v", "s", "data", { label: "2" })])[1]).toEqual([
    "h.5.output[:, 7]",
    "= clean [1, 48]",
  ]);
  expect(texts([write("z", "zero_", { arguments: [["0", "h"]] })])[0]![1]).toBe("= 0");
  expect(texts([write("e", "exp_", { arguments: [["0", "h"]] })])[0]![1]).toBe(".exp_()");
  expect(texts([write("n", "setitem", { status: "never run" })])[0]![0]).toBe("setitem");
});

test("what only serves a write is drawn as the write, and nothing that is used elsewhere", () => {
  const text = "h[:, 7] += v";
  const at = (label: string) => ({
    label,
    text,
    line: 3,
    arguments: [
      ["0", "h"],
      ["1", "(:, 7)"],
      ["2", "add_"],
    ] as [string, string][],
  });
  const augmented = [
    node("h", "InterventionProtocol"),
    node("v", "Operation"),
    node("take", "Operation", { ...at("getitem"), text: "h[:, 7]" }),
    node("add", "Operation", {
      ...at("add_"),
      arguments: [
        ["0", "h[:, 7]"],
        ["1", "v"],
      ],
      changes: true,
    }),
    write("set", "setitem", at("setitem")),
    edge("h", "take", "data", { label: "0" }),
    edge("take", "add", "data", { label: "0" }),
    edge("v", "add", "data", { label: "1" }),
    edge("add", "set", "data", { label: "0" }),
    edge("add", "set", "data", { label: "2" }),
  ];
  const drawn = scene(augmented);
  expect(drawn.nodes.map(({ id }) => id)).toEqual(["h", "v", "set"]);
  expect(drawn.nodes[2]).toMatchObject({ title: "h.5.output[:, 7]", subtitle: "+= v", write: true });
  expect(drawn.edges.map(({ source, target }) => `${source} ${target}`)).toEqual(["h set", "v set"]);
  expect(drawn.standsFor.get("add")).toBe("set");
  const used = scene([...augmented, node("also", "Operation"), edge("take", "also", "data", { label: "0" })]);
  expect(used.nodes.map(({ id }) => id)).toContain("take");
});

test("hiding operations hides no write", () => {
  const elements = [node("a", "Operation"), write("w", "setitem")];
  expect(scene(elements, [], { hiddenKinds: new Set(["Operation"]) }).nodes.map(({ id }) => id)).toEqual(["w"]);
});

test("a search finds a write by its place in any spelling", () => {
  const index = indexElements([write("w", "setitem"), node("a", "Operation")]);
  for (const query of ["h.5.output", "h[5].output", "h[5].output[:,7]", "h.5.output[:, 7]"])
    expect(find(index, legend, query)).toEqual(["w"]);
});
