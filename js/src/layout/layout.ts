// Where everything is: a scene -> boxes and routes.

import type { Placed, Scene } from "../core/types";
import type { Positions } from "../generated/schema";
import { blockLayout, type Room } from "./blocks";
import { moved } from "./dragged";
import type { ElkNode } from "./elk";
import { lanesLayout } from "./lanes";
import { elkGraph, isTooMuch, placed } from "./layered";
import { rowsLayout } from "./rows";

export interface LayoutOptions {
  /** `flow`: values run down; `lanes`: a column for each run, in the order of execution. */
  arrangement?: "flow" | "lanes";
  positions?: Positions;
  /** The room that the drawing is made for. */
  room?: Room;
  /** The width of rows of runs, where it is known from a drawing before. */
  row?: number;
}

/** A drawing, and the width of its rows of runs, if it has such rows. */
export type Drawn = Placed & { row?: number };

/** Places a scene; `elk` is elkjs, wherever it runs. */
export async function layout(
  scene: Scene,
  elk: (graph: ElkNode) => Promise<ElkNode>,
  options: LayoutOptions = {},
): Promise<Drawn> {
  const steps = arranged(scene, options);
  let step = steps.next();
  while (!step.done) step = steps.next(await elk(step.value));
  return step.value;
}

/** The same, at once, in this thread. */
export function layoutSync(scene: Scene, elk: (graph: ElkNode) => ElkNode, options: LayoutOptions = {}): Drawn {
  const steps = arranged(scene, options);
  let step = steps.next();
  while (!step.done) step = steps.next(elk(step.value));
  return step.value;
}

/** Yields what elkjs is asked, and is given its answers. */
function* arranged(
  scene: Scene,
  { arrangement, positions, room, row }: LayoutOptions,
): Generator<ElkNode, Drawn, ElkNode> {
  if (arrangement === "lanes") return moved(lanesLayout(scene), positions);
  if (isTooMuch(scene)) return moved(rowsLayout(scene), positions);
  const blocks = yield* blockLayout(scene);
  if (blocks) {
    const drawing = blocks(room, row);
    return { ...moved(drawing, positions), row: drawing.row };
  }
  const graph = elkGraph(scene);
  return moved(graph ? placed(scene, yield graph) : rowsLayout(scene), positions);
}
