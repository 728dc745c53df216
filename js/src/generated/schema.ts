// What crosses from Python: the elements of a graph, the kinds of the legend, and the widget's state.

export interface Element {
  group: "nodes" | "edges";
  data: NodeData | EdgeData;
  classes?: string;
}

/** A node, or a sub-graph when `compound` is true. Fields at their default are absent. */
export interface NodeData {
  id: string;
  kind: string;
  label: string;
  parent?: string;
  compound?: true;
  target?: string;
  arguments?: [string, string][];
  value?: string;
  shape?: number[];
  dtype?: string;
  device?: string;
  requires_grad?: boolean;
  variable?: string;
  file?: string;
  line?: number;
  column?: number;
  end_line?: number;
  end_column?: number;
  text?: string;
  lines?: number[];
  iteration?: number;
  order?: number;
  status?: "failed" | "not reached" | "never run" | "planned";
  error?: string;
  changes?: boolean;
  statistics?: Record<string, number | "nan" | "inf" | "-inf">;
  count?: number; // an Iterator: passes made
  index?: number; // an Iteration: which pass
  taken?: boolean; // a Branch: whether it ran
}

export interface EdgeData {
  id: string;
  source: string;
  target: string;
  kind: EdgeKind;
  label?: string;
  output?: string;
}

export type EdgeKind = "data" | "argument" | "bridge" | "carried" | "condition" | "containment" | "order";

export interface SourceText {
  file: string;
  line: number;
  text: string;
}

export interface KindStyle {
  name: string;
  role: "node" | "group";
  color: string;
  light: string;
  dark: string;
  shape: "box" | "ellipse" | "hexagon";
  class: string;
  meaning: string;
  family?: string;
}
export type Legend = Record<string, KindStyle>;

export type Theme = "light" | "dark";

/** How far boxes were dragged from where layout puts them, by id, in px of the drawing. */
export type Positions = Readonly<Record<string, readonly [x: number, y: number]>>;

/** The widget's synced traits. */
export interface State {
  elements: Element[];
  sources: SourceText[];
  about: { nnsight?: string | null; complete?: boolean; reason?: string | null };
  expanded: string[];
  selected: string[];
  hidden_kinds: string[];
  steps: Record<string, number | "all">;
  positions: Positions; // how far each was dragged, in px
  search: string;
  title: string;
  theme: "auto" | "light" | "dark";
  height: string | null;
  only: string[];
  arrangement: "flow" | "lanes";
  // Inherited from ipycytoscape's CytoscapeWidget.
  cytoscape_style: { selector: string; style?: object; css?: object }[];
  cytoscape_layout: { name?: string } & Record<string, unknown>;
  min_zoom: number;
  max_zoom: number;
  wheel_sensitivity: number;
  user_zooming_enabled: boolean;
  user_panning_enabled: boolean;
  auto_ungrabify: boolean;
  _interaction_handlers: Record<string, string[]>;
}

export const DEFAULTS: State = {
  elements: [],
  sources: [],
  about: {},
  expanded: [],
  selected: [],
  hidden_kinds: ["Value"],
  steps: {},
  positions: {},
  search: "",
  title: "graph",
  theme: "auto",
  height: null,
  only: [],
  arrangement: "flow",
  cytoscape_style: [],
  cytoscape_layout: {},
  min_zoom: 0.02,
  max_zoom: 4,
  wheel_sensitivity: 1,
  user_zooming_enabled: true,
  user_panning_enabled: true,
  auto_ungrabify: false,
  _interaction_handlers: {},
};
