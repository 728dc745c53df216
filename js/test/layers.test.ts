// Imports go down only, and no files import each other in a circle. layers.json says what is above what.

import { readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { layers, withoutDom } from "../layers.json";
import pure from "../tsconfig.pure.json";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** File → the files that it imports, for their values or for their types. */
type Imports = ReadonlyMap<string, readonly string[]>;

function readImports(): Imports {
  const names = readdirSync(SRC, { recursive: true, encoding: "utf-8" });
  const files = new Set(names.map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".ts")));
  return new Map([...files].map((file) => [file, importsOf(file, readFileSync(join(SRC, file), "utf-8"), files)]));
}

function importsOf(file: string, text: string, files: ReadonlySet<string>): string[] {
  const found = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]*)"/g)].map((match) =>
    normalize(join(file, "..", match[1]!)),
  );
  return found
    .filter((target) => !target.startsWith("..")) // data of the Python package
    .map((target) => [`${target}.ts`, target].find((name) => files.has(name)) ?? `${target} (no such file)`);
}

/** Every import that goes up or sideways, every circle, and every room that is not listed, in words. */
function faults(imports: Imports, layers: readonly (readonly string[])[]): string[] {
  const level = (file: string): number => layers.findIndex((rooms) => rooms.includes(room(file)));
  const found: string[] = [];
  for (const [file, targets] of imports) {
    if (level(file) < 0) found.push(`${file} is in no room of layers.json`);
    for (const target of targets)
      if (room(target) !== room(file) && level(target) >= level(file)) found.push(`${file} imports ${target}`);
  }
  for (const name of layers.flat())
    if (![...imports.keys()].some((file) => room(file) === name))
      found.push(`${name}, a room of layers.json, is no folder`);
  return [...found, ...circles(imports)];
}

function room(file: string): string {
  return file.split("/")[0]!;
}

function circles(imports: Imports): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(" → "));
    if (start >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

test("imports go down only, in no circle, and every folder is a room", () => {
  const imports = readImports();
  expect(imports.size).toBeGreaterThan(50);
  expect([...imports.values()].flat().length).toBeGreaterThan(150);
  expect(faults(imports, layers)).toEqual([]);
});

test("the rooms that compile without the DOM library are those that layers.json says", () => {
  expect(pure.include).toEqual(withoutDom.map((name) => `src/${name}`));
});

test("an import upwards, a circle, a new folder and a folder that is gone are each found", () => {
  const rooms = [["low"], ["left", "right"], ["gone"]];
  const imports = new Map([
    ["low/a.ts", ["right/b.ts"]],
    ["right/b.ts", ["low/c.ts", "left/e.ts"]],
    ["left/e.ts", []],
    ["low/c.ts", ["low/d.ts"]],
    ["low/d.ts", ["low/c.ts"]],
    ["new/f.ts", []],
  ]);
  expect(faults(imports, rooms)).toEqual([
    "low/a.ts imports right/b.ts",
    "right/b.ts imports left/e.ts",
    "new/f.ts is in no room of layers.json",
    "gone, a room of layers.json, is no folder",
    "low/c.ts → low/d.ts → low/c.ts",
  ]);
});

test("an import is found however it is written", () => {
  const text = `import type { A } from "../core/a";\nimport { type B } from "../core/b";\nexport { c } from "./c";\nlet d: import("../core/d").D;\nvoid import("./e");\nimport "./f";\n`;
  const files = new Set(["core/a.ts", "core/b.ts", "app/c.ts", "core/d.ts", "app/e.ts", "app/f.ts"]);
  expect(importsOf("app/x.ts", text, files)).toEqual([
    "core/a.ts",
    "core/b.ts",
    "app/c.ts",
    "core/d.ts",
    "app/e.ts",
    "app/f.ts",
  ]);
});
