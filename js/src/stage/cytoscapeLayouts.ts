// Python's `set_layout(name=…)`: one of Cytoscape's own layouts in place of the layered one.

import cytoscape from "cytoscape";
import type { Placed } from "../core/types";
import type { Positions } from "../generated/schema";
import { moved } from "../layout/dragged";

/** The layouts that need no extension. */
export const ARRANGEMENTS = ["grid", "circle", "concentric", "breadthfirst", "cose", "random"];

/** The same boxes where one of Cytoscape's layouts puts them; edges run straight. */
export function arranged(placed: Placed, options: { name: string } & Record<string, unknown>): Placed {
  const boxes = placed.scene.nodes.filter((node) => node.role !== "open");
  const known = new Set(boxes.map((node) => node.id));
  const middle = (id: string): { x: number; y: number } => {
    const { x, y, width, height } = placed.boxes.get(id)!;
    return { x: x + width / 2, y: y + height / 2 };
  };
  const cy = cytoscape({
    headless: true,
    styleEnabled: true,
    style: [{ selector: "node", style: { width: "data(width)", height: "data(height)", shape: "rectangle" } }],
    elements: [
      ...boxes.map(({ id }) => ({
        data: { id, width: placed.boxes.get(id)!.width, height: placed.boxes.get(id)!.height },
        position: middle(id),
      })),
      ...placed.scene.edges
        .filter((edge) => known.has(edge.source) && known.has(edge.target))
        .map(({ id, source, target }) => ({ data: { id, source, target } })),
    ],
  });
  const room = { x1: 0, y1: 0, w: Math.max(600, placed.width), h: Math.max(400, placed.height) };
  cy.layout({ boundingBox: room, ...options, animate: false, fit: false } as unknown as cytoscape.LayoutOptions).run();
  const positions: Record<string, [number, number]> = {};
  cy.nodes().forEach((node) => {
    const [to, from] = [node.position(), middle(node.id())];
    positions[node.id()] = [to.x - from.x, to.y - from.y];
  });
  cy.destroy();
  return moved(placed, positions as Positions);
}
