// Paths of marks: the outlines that a picture has, and any path as moves, lines and cubic curves for pens that know no
// more.

import type { Box, Point } from "../core/types";
import type { KindStyle } from "../generated/schema";
import type { Outline, Step } from "./marks";

const QUARTER = 0.5523; // how far a Bézier curve's handles reach along a quarter of a circle
const RADIUS = 8; // of an edge's corners

/** A number with at most two decimals; never -0. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100 || 0;
}

/** A path with its numbers rounded. */
export function path(...steps: Step[]): Step[] {
  return steps.map(([command, ...numbers]) => [command, ...numbers.map(rounded)] as unknown as Step);
}

/** The outline of a node's box. */
export function nodeOutline({ x, y, width: w, height: h }: Box, shape: KindStyle["shape"], corner = 5): Step[] {
  if (shape === "hexagon") {
    const side = Math.min(12, h / 2.4);
    return path(
      ["M", x + side, y],
      ["h", w - 2 * side],
      ["l", side, h / 2],
      ["l", -side, h / 2],
      ["h", 2 * side - w],
      ["l", -side, -h / 2],
      ["z"],
    );
  }
  return roundedRect({ x, y, width: w, height: h }, shape === "box" ? corner : h / 2).map((step) => path(step)[0]!);
}

function roundedRect({ x, y, width: w, height: h }: Box, r: number): Step[] {
  return [
    ["M", x + r, y],
    ["h", w - 2 * r],
    ["a", r, r, r],
    ["v", h - 2 * r],
    ["a", r, -r, r],
    ["h", 2 * r - w],
    ["a", r, -r, -r],
    ["v", 2 * r - h],
    ["a", r, r, -r],
    ["z"],
  ];
}

/** The unit vector from one point to another. Edges mostly run along an axis, so it is mostly exact. */
export function direction(from: Point, to: Point): [number, number] {
  const length = distance(from, to) || 1;
  return [(to.x - from.x) / length, (to.y - from.y) / length];
}

function distance(a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  return Math.sqrt(dx * dx + dy * dy);
}

/** A route with rounded corners. */
export function routePath(route: readonly Point[]): Step[] {
  const steps: Step[] = [["M", route[0]!.x, route[0]!.y]];
  for (let i = 1; i < route.length - 1; i++) {
    const [before, corner, after] = [route[i - 1]!, route[i]!, route[i + 1]!];
    const r = Math.min(RADIUS, distance(before, corner) / 2, distance(corner, after) / 2);
    const [ax, ay] = direction(before, corner);
    const [bx, by] = direction(corner, after);
    steps.push(
      ["L", corner.x - ax * r, corner.y - ay * r],
      ["Q", corner.x, corner.y, corner.x + bx * r, corner.y + by * r],
    );
  }
  const end = route[route.length - 1]!;
  return path(...steps, ["L", end.x, end.y]);
}

/** An arrow head with its tip at a point, in the direction of a unit vector. */
export function arrowHead(tip: Point, ux: number, uy: number): Step[] {
  const [x, y] = [tip.x - ux * 7, tip.y - uy * 7];
  return path(["M", tip.x, tip.y], ["L", x - uy * 4, y + ux * 4], ["L", x + uy * 4, y - ux * 4], ["z"]);
}

/** A step with absolute places only. */
export type AbsoluteStep =
  | readonly ["move" | "line", x: number, y: number]
  | readonly ["curve", x1: number, y1: number, x2: number, y2: number, x: number, y: number]
  | readonly ["close"];

/** Any outline but a plain rectangle as moves, lines and cubic curves. */
export function absolute(outline: Outline): AbsoluteStep[] {
  if ("path" in outline) return absolutePath(outline.path);
  if ("rect" in outline) {
    const { rect, radius = 0 } = outline;
    return absolutePath(roundedRect(rect, Math.min(radius, rect.width / 2, rect.height / 2)));
  }
  const { x, y, radius: r } = outline.circle;
  return absolutePath([["M", x, y - r], ["a", r, r, r], ["a", r, -r, r], ["a", r, -r, -r], ["a", r, r, -r], ["z"]]);
}

function absolutePath(steps: readonly Step[]): AbsoluteStep[] {
  let [x, y] = [0, 0];
  const at = (kind: "move" | "line", toX: number, toY: number): AbsoluteStep => {
    [x, y] = [toX, toY];
    return [kind, x, y];
  };
  return steps.map((step): AbsoluteStep => {
    switch (step[0]) {
      case "M":
        return at("move", step[1], step[2]);
      case "m":
        return at("move", x + step[1], y + step[2]);
      case "L":
        return at("line", step[1], step[2]);
      case "l":
        return at("line", x + step[1], y + step[2]);
      case "H":
        return at("line", step[1], y);
      case "h":
        return at("line", x + step[1], y);
      case "v":
        return at("line", x, y + step[1]);
      case "Q": {
        const [, cx, cy, toX, toY] = step;
        const near = (from: number, to: number): number => from + ((to - from) * 2) / 3;
        const curve = ["curve", near(x, cx), near(y, cy), near(toX, cx), near(toY, cy), toX, toY] as const;
        [x, y] = [toX, toY];
        return curve;
      }
      case "z":
        return ["close"];
      default: {
        const [, , dx, dy] = step;
        const [fromX, fromY] = [x, y];
        [x, y] = [x + dx, y + dy];
        const rest = 1 - QUARTER;
        // The arc "a". With y down, a clockwise quarter to the lower right or the upper left starts level; the other
        // two start upright.
        if (dx * dy > 0) return ["curve", fromX + dx * QUARTER, fromY, x, fromY + dy * rest, x, y];
        return ["curve", fromX, fromY + dy * QUARTER, fromX + dx * rest, y, x, y];
      }
    }
  });
}
