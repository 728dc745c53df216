// Where everything is: a scene -> boxes and routes.

import type { Placed, Scene } from "../core/types";
import type { Positions } from "../generated/schema";
import { moved } from "./dragged";
import type { ElkNode } from "./elk";
import { lanesLayout } from "./lanes";
import { elkGraph, placed } from "./layered";
import { rowsLayout } from "./rows";

export interface LayoutOptions {
  /** `flow`: values run down; `lanes`: a column for each run, in the order of execution. */
  arrangement?: "flow" | "lanes";
  positions?: Positions;
}

/** Places a scene; `elk` is elkjs, wherever it runs. */
export async function layout(
  scene: Scene,
  elk: (graph: ElkNode) => Promise<ElkNode>,
  options: LayoutOptions = {},
): Promise<Placed> {
  if (options.arrangement === "lanes") return moved(lanesLayout(scene), options.positions);
  const graph = elkGraph(scene);
  const drawing = graph ? placed(scene, await elk(graph)) : rowsLayout(scene);
  return moved(drawing, options.positions);
}

/** The same, at once, in this thread. */
export function layoutSync(scene: Scene, elk: (graph: ElkNode) => ElkNode, options: LayoutOptions = {}): Placed {
  if (options.arrangement === "lanes") return moved(lanesLayout(scene), options.positions);
  const graph = elkGraph(scene);
  const drawing = graph ? placed(scene, elk(graph)) : rowsLayout(scene);
  return moved(drawing, options.positions);
}
