// The questions that Python and the front end must answer alike; tests/test_questions.py reads the same file.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import seed from "../../tests/golden/seed.elements.json";
import { type Index, indexElements } from "../src/core/elementIndex";
import { firstShown, withOpen } from "../src/core/open";
import { closure } from "../src/core/queries";
import { buildScene } from "../src/core/scene";
import { visible } from "../src/core/text";
import type { Element } from "../src/generated/schema";
import { legend } from "./builders";

interface Questions {
  graphs: { small: Element[]; loops: Element[] };
  shown: Record<string, string>;
  slice: { graph: string; of: string[]; is: string[] }[];
  close: { graph: string; open: string[]; steps: Record<string, number | "all">; id: string; leaves: string[] }[];
  captions: Record<string, string>;
  legible: Record<string, string>;
  unsafe: [first: number, last: number][];
}

// Not imported: it has half a surrogate pair in it, which is JSON, but not to the bundler.
const FILE = new URL("../../tests/golden/questions.json", import.meta.url);
const questions = JSON.parse(readFileSync(FILE, "utf-8")) as Questions;
const { small, loops } = questions.graphs;

function index(graph: string): Index {
  return indexElements(graph === "seed" ? (seed as unknown as Element[]) : small);
}

test.each(questions.slice)("$graph: what the slice of $of holds", ({ graph, of, is }) => {
  expect([...closure(index(graph), of, "into")].sort()).toEqual(is);
});

test.each(questions.close)("$graph: what stays open after $id is closed, steps $steps", (asked) => {
  const { open, steps, id } = asked;
  const left = withOpen(index(asked.graph), { expanded: new Set(open), steps }, id, false);
  expect([...left]).toEqual(asked.leaves);
});

test.each(Object.entries(questions.shown))("the pass that %s shows at first is %s", (loop, pass) => {
  expect(firstShown(indexElements(loops).items.get(loop)!)!.data.id).toBe(pass);
});

test("captions", () => {
  const groups = small.filter((element) => "compound" in element.data).map((element) => element.data.id);
  const steps = Object.fromEntries(groups.map((id) => [id, "all" as const]));
  const { nodes } = buildScene(small, { expanded: new Set(groups), hiddenKinds: new Set(), steps }, legend);
  const titles = Object.fromEntries(nodes.map((node) => [node.id, node.title.replace("  ", " ")]));
  expect(titles).toMatchObject(questions.captions);
});

test("text is made legible", () => {
  const texts = Object.keys(questions.legible);
  expect(Object.fromEntries(texts.map((text) => [text, visible(text)]))).toEqual(questions.legible);
});

test("what is not shown as it is", () => {
  const unsafe = questions.unsafe.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at),
  );
  const changed: number[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const text = String.fromCodePoint(code);
    if (visible(text) !== text) changed.push(code);
  }
  expect(changed).toEqual(unsafe);
});
