// What is on the canvas above Cytoscape's: all that is on the boxes and beside the arrow heads. Cytoscape's own labels
// have one face and one size to a node.

import type { Lit } from "../core/reach";
import type { Box, Point, Scene, SceneEdge, SceneNode } from "../core/types";
import type { Legend, Theme } from "../generated/schema";
import { boxMarks, edgeTexts } from "../picture/draw";
import type { Mark } from "../picture/marks";
import { railMarks } from "../picture/rail";

/** Where things are at this moment, which may be in the middle of an animation; undefined for what is out of sight. */
export interface Places {
  box(node: SceneNode): { box: Box; opacity: number } | undefined;
  /** The same, out of sight, too. */
  anywhere(node: SceneNode): Box | undefined;
  arrow(edge: SceneEdge): { before: Point; end: Point; opacity: number } | undefined;
}

/** `fills` has the colours inside sub-graphs, by id. */
export function overlayMarks(
  scene: Scene,
  places: Places,
  legend: Legend,
  theme: Theme,
  fills: ReadonlyMap<string, string>,
  lit?: Lit,
): Mark[] {
  const opacity = (group: SceneNode): number => places.box(group)?.opacity ?? 0;
  const marks: Mark[] = railMarks(scene.nodes, (node) => places.anywhere(node), theme, lit, opacity);
  for (const node of scene.nodes) {
    const place = places.box(node);
    if (place)
      marks.push({ opacity: place.opacity, marks: boxMarks(node, place.box, legend, theme, fills.get(node.id), lit) });
  }
  for (const edge of scene.edges) {
    const place = places.arrow(edge);
    if (place) marks.push({ opacity: place.opacity, marks: edgeTexts(edge, place.before, place.end, theme) });
  }
  return marks;
}
