// The shapes that flow through the front end: Element[] + ViewState -> Scene (what is visible) -> Placed (where it is).

import type { EdgeKind, KindStyle, NodeData } from "../generated/schema";

/** A kind that a graph has, and how many of it. */
export interface LegendEntry {
  kind: string;
  style: KindStyle;
  count: number;
}

/** What the user chose to see. Everything here is a trait of the widget or an option of save(). */
export interface ViewState {
  /** Ids of open sub-graphs. A sub-graph not in it is drawn closed. */
  expanded: ReadonlySet<string>;
  /** Kinds not drawn. A hidden Value is folded into the text of the node that uses it. */
  hiddenKinds: ReadonlySet<string>;
  /** Iterator id -> the pass that is shown (firstShown() if absent), or "all": every pass as a box of its own. */
  steps: Readonly<Record<string, number | "all">>;
  /** If given, only these ids (and the sub-graphs around them) are drawn: a slice. */
  only?: ReadonlySet<string>;
  /** If given, no more than this many boxes are drawn; what is cut is marked `+N more`. */
  limit?: number;
}

/** A visible node or sub-graph. Sizes are in px of the drawing, from the bundled font's own advance widths. */
export interface SceneNode {
  id: string;
  data: NodeData;
  parent?: string; // nearest visible sub-graph
  role: "node" | "open" | "closed"; // open and closed are sub-graphs
  title: string; // first line
  subtitle?: string; // second line; a closed sub-graph says what it holds
  given?: string; // after the title of an open sub-graph: the prompt of a run, or the shape of its input
  note?: string; // at the right of a sub-graph's title: "x3", "line 3", "closed - 9 nodes"
  write?: true; // it writes into the model, and is the loudest
  stop?: string; // the place of the model that it touches, in short: a station of the rail around it
  rail?: number; // px that the rail of an open sub-graph takes at the left of what it holds
  begins?: true; // a run of the model begins at the top of its rail
  changes?: true; // what the model computes; of a closed sub-graph, something in it does
  step?: { iterator: string; shown: number; count: number; label: string }; // an Iterator shown one pass at a time
  width: number; // 0 for an open sub-graph: layout decides
  height: number;
}

/** A visible edge; several edges that lift to the same two ends are one, with their count. */
export interface SceneEdge {
  id: string; // the id of the first edge that it stands for
  edges: string[]; // ids of all
  source: string;
  target: string;
  kind: EdgeKind | "via"; // via: from what a hidden node takes to what takes it
  label?: string;
  output?: string; // which part of the source's value it is: [1], ['k']
  count: number;
}

export interface Scene {
  nodes: SceneNode[]; // parents before children, in order of execution
  edges: SceneEdge[];
  /**
   * element id -> id of the visible node that stands for it (itself, the closed sub-graph around it, or the loop of
   * which another pass is shown)
   */
  standsFor: ReadonlyMap<string, string>;
  hidden: number; // boxes that a limit left out; the picture says so
  cut: number; // and edges
}

export interface Point {
  x: number;
  y: number;
}
export interface Box extends Point {
  width: number;
  height: number;
} // x, y: top left

export interface Placed {
  scene: Scene;
  boxes: ReadonlyMap<string, Box>; // every visible node and sub-graph
  routes: ReadonlyMap<string, Point[]>; // visible edge id -> its corners, first and last on the boxes' borders
  width: number;
  height: number;
}
