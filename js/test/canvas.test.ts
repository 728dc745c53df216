// The live view beside the golden scenes: its canvas has every text and sign of the picture, where and as the SVG file
// has it, and Cytoscape is told the same colours and lines.

import { describe, expect, test } from "vitest";
import type { Lit } from "../src/core/reach";
import type { Placed } from "../src/core/types";
import { drawn } from "../src/entry/headless";
import type { Theme } from "../src/generated/schema";
import { type Context, paintMarks } from "../src/picture/canvas";
import { groupFills } from "../src/picture/colors";
import { boxLook } from "../src/stage/boxLook";
import { overlayMarks } from "../src/stage/overlay";
import { legend } from "./builders";
import { goldenDrawing, goldenRequest, SCENES, type Tag, THEMES } from "./golden";

/** Something on a canvas or in a file: a text with its font, or a shape with where its outline reaches. */
type Drawn = Record<string, unknown>;

/** A canvas that notes what is drawn on it. */
class FakeContext implements Context {
  readonly drawn: Drawn[] = [];
  globalAlpha = 1;
  fillStyle: unknown = "#000000";
  strokeStyle: unknown = "#000000";
  lineWidth = 1;
  lineCap: Context["lineCap"] = "butt";
  lineJoin: Context["lineJoin"] = "miter";
  font = "10px sans-serif";
  textAlign: Context["textAlign"] = "start";
  private dash: number[] = [];
  private moved: [number, number] = [0, 0];
  private points: [number, number][] = [];
  private readonly saved: [alpha: number, moved: [number, number]][] = [];

  setLineDash(dash: number[]): void {
    this.dash = dash;
  }
  save(): void {
    this.saved.push([this.globalAlpha, this.moved]);
  }
  restore(): void {
    [this.globalAlpha, this.moved] = this.saved.pop()!;
  }
  translate(x: number, y: number): void {
    this.moved = [this.moved[0] + x, this.moved[1] + y];
  }
  beginPath(): void {
    this.points = [];
  }
  moveTo(x: number, y: number): void {
    this.points.push([this.moved[0] + x, this.moved[1] + y]);
  }
  lineTo(x: number, y: number): void {
    this.moveTo(x, y);
  }
  bezierCurveTo(_x1: number, _y1: number, _x2: number, _y2: number, x: number, y: number): void {
    this.moveTo(x, y);
  }
  closePath(): void {}
  fill(): void {
    this.drawn.push({ reach: reach(this.points), fill: this.fillStyle, alpha: this.globalAlpha });
  }
  stroke(): void {
    const { strokeStyle: stroke, lineWidth: width, lineCap: ends, lineJoin: corners, dash, globalAlpha: alpha } = this;
    this.drawn.push({ reach: reach(this.points), stroke, width, ends, corners, dash, alpha });
  }
  fillText(text: string, x: number, y: number): void {
    const { font, textAlign: align, fillStyle: fill, globalAlpha: alpha } = this;
    this.drawn.push({ text, x: this.moved[0] + x, y: this.moved[1] + y, font, align, fill, alpha });
  }
}

/** Left, top, right and bottom of points, to a hundredth of a px. */
function reach(points: [number, number][]): number[] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map((at) => Math.round(at * 100) / 100);
}

/** What a tag of a golden file draws. */
function ofTag({ name, attributes, text }: Tag, alpha: number): Drawn[] {
  const number = (key: string, absent = 0): number => Number(attributes[key] ?? absent);
  const { fill, stroke } = attributes;
  if (name === "text") {
    const mono = attributes["font-family"] === "DejaVu Sans Mono, monospace";
    const font = `${attributes["font-weight"] ? "bold " : ""}${attributes["font-size"]}px ${mono ? '"ngw mono", monospace' : '"ngw sans", sans-serif'}`;
    const align = { start: "left", middle: "center", end: "right" }[attributes["text-anchor"] ?? "start"];
    return [{ text, x: number("x"), y: number("y"), font, align, fill, alpha }];
  }
  const drawn: Drawn[] = [];
  const at = reach(outline(name, attributes));
  if (fill && fill !== "none") drawn.push({ reach: at, fill, alpha: alpha * number("fill-opacity", 1) });
  if (stroke) {
    const ends = attributes["stroke-linecap"] ?? "butt";
    const corners = attributes["stroke-linejoin"] ?? "miter";
    const dash = attributes["stroke-dasharray"]?.split(" ").map(Number) ?? [];
    drawn.push({ reach: at, stroke, width: number("stroke-width", 1), ends, corners, dash, alpha });
  }
  return drawn;
}

function outline(name: string, attributes: Tag["attributes"]): [number, number][] {
  const [x, y, width, height, cx, cy, r] = ["x", "y", "width", "height", "cx", "cy", "r"].map((key) =>
    Number(attributes[key]),
  ) as number[];
  if (name === "rect")
    return [
      [x!, y!],
      [x! + width!, y! + height!],
    ];
  if (name === "circle")
    return [
      [cx! - r!, cy! - r!],
      [cx! + r!, cy! + r!],
    ];
  const points: [number, number][] = [];
  for (const [, command, numbers] of attributes.d!.matchAll(/([MmLl])(-?[\d.]+ -?[\d.]+)/g)) {
    const [dx, dy] = numbers!.split(" ").map(Number) as [number, number];
    const [fromX, fromY] = command! > "Z" ? points[points.length - 1]! : [0, 0];
    points.push([fromX + dx, fromY + dy]);
  }
  return points;
}

/** The shape of a node's box is Cytoscape's to draw, like the areas of sub-graphs and the lines of edges. */
function isBody({ name, attributes }: Tag): boolean {
  return (
    name === "path" && attributes.fill !== undefined && attributes.fill !== "none" && attributes.stroke !== undefined
  );
}

const cases = SCENES.flatMap((name) => THEMES.map((theme) => [name, theme] as const));

const drawnScenes = new Map<string, { placed: Placed; lit: Lit }>();

function live(name: (typeof SCENES)[number], theme: Theme) {
  // places are the same in both themes
  const scene = drawnScenes.get(name) ?? drawn(goldenRequest(name, theme));
  drawnScenes.set(name, scene);
  const { placed, lit } = scene;
  return { placed, lit, fills: groupFills(placed.scene, legend, theme), golden: goldenDrawing(name, theme).children };
}

describe("the canvas of the live view", () => {
  test.each(cases)("%s in %s has what the picture has on boxes and beside arrows", (name, theme) => {
    const { placed, lit, fills, golden } = live(name, theme);
    const boxes = golden.filter((tag) => tag.name === "g");
    const expected = [
      ...boxes.flatMap((box) => {
        const inside = box.children.filter((tag) => tag.name !== "title" && !isBody(tag));
        return inside.flatMap((tag) => ofTag(tag, Number(box.attributes.opacity ?? 1)));
      }),
      ...golden.filter((tag) => tag.name === "text").flatMap((tag) => ofTag(tag, 1)),
    ];
    const context = new FakeContext();
    const marks = overlayMarks(
      placed.scene,
      {
        box: (node) => {
          const box = placed.boxes.get(node.id)!;
          return { box, opacity: boxLook(node, box, legend, theme).fullOpacity };
        },
        anywhere: ({ id }) => placed.boxes.get(id),
        arrow: ({ id }) => {
          const [before, end] = placed.routes.get(id)!.slice(-2);
          return { before: before!, end: end!, opacity: 1 };
        },
      },
      legend,
      theme,
      fills,
      lit,
    );
    paintMarks(context, marks);
    expect(context.drawn).toEqual(expected);
    expect(context.globalAlpha).toBe(1);
  });

  test("the scenes have what could be drawn wrong: both lines of a node, a failure, names of arguments", () => {
    const drawn = SCENES.flatMap((name) => goldenDrawing(name, "light").children);
    const inside = drawn.flatMap((tag) => tag.children);
    expect(inside.filter((tag) => tag.name === "circle").length).toBeGreaterThan(0);
    expect(drawn.filter((tag) => tag.name === "text").length).toBeGreaterThan(10);
    expect(
      drawn.filter((tag) => tag.children.filter(({ name }) => name === "text").length === 2).length,
    ).toBeGreaterThan(50);
  });
});

describe("Cytoscape", () => {
  test.each(cases)("%s in %s draws boxes in the picture's colours and lines", (name, theme) => {
    const { placed, fills, golden } = live(name, theme);
    const areas = golden.filter((tag) => tag.name === "rect");
    const bodies = golden.flatMap((tag) => tag.children.filter(isBody));
    const looks = (role: "node" | "group") =>
      placed.scene.nodes
        .filter((node) => (node.role === "node") === (role === "node"))
        .map((node) => boxLook(node, placed.boxes.get(node.id)!, legend, theme, fills.get(node.id)))
        .map(({ fill, stroke, border, line }) => ({ fill, stroke, border, line }));
    const expected = (tags: Tag[]) =>
      tags.map(({ attributes: { fill, stroke, "stroke-width": border, "stroke-dasharray": dash } }) => ({
        fill,
        stroke,
        border: Number(border),
        line: !dash ? "solid" : dash === "1.5 3" ? "dotted" : "dashed",
      }));
    expect(looks("group")).toEqual(expected(areas));
    expect(looks("node")).toEqual(expected(bodies));
  });
});
