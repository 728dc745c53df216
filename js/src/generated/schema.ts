// What crosses from Python: the elements of a graph, the kinds of the legend, and the widget's state.
// Written by js/schema.py; `make build` writes it again.

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
  writes?: string;
  statistics?: Record<string, number | "nan" | "inf" | "-inf">;
  note?: string;
  given?: string;
  count?: number;
  index?: number;
  taken?: boolean;
  compound?: true;
}

export interface EdgeData {
  id: string;
  source: string;
  target: string;
  label?: string;
  output?: string;
  kind: EdgeKind; // always there
}

export type EdgeKind =
  | "data"
  | "argument"
  | "bridge"
  | "carried"
  | "condition"
  | "containment"
  | "order"
  | "model"
  | "may";

export interface SourceText {
  file: string;
  line: number;
  text: string;
}

/** What is known of a kind; `kinds.py` says what each field means. */
export interface KindStyle {
  name: string;
  role: "node" | "group";
  color: string;
  light: string;
  dark: string;
  shape: "box" | "ellipse" | "hexagon";
  class: string;
  verb: string;
  meaning: string;
  noun?: string;
  family?: string;
  noun_of_change?: string;
}
export type Legend = Record<string, KindStyle>;
export type Behaviour =
  | "literal"
  | "outside"
  | "says_arguments"
  | "loop"
  | "pass"
  | "inline"
  | "folded"
  | "standing"
  | "reads"
  | "saves"
  | "rows";
/** Which kinds behave so. */
export const BEHAVIOURS: Readonly<Record<Behaviour, readonly string[]>> = {
  literal: ["Value"],
  outside: ["Value", "Input"],
  says_arguments: ["InterventionProtocol", "ParameterProtocol", "ValueProtocol"],
  loop: ["Iterator"],
  pass: ["Iteration"],
  inline: ["Iterator", "Conditional", "Branch", "Function"],
  folded: ["Function"],
  standing: ["ValueProtocol", "VariableProtocol", "Value", "Input"],
  reads: ["InterventionProtocol", "GradProtocol"],
  saves: ["LockProtocol"],
  rows: ["Edit", "Invoke"],
};

/** The widget's synced traits. */
export interface State {
  elements: Element[];
  sources: SourceText[];
  about: { nnsight?: string | null; complete?: boolean; reason?: string | null; warnings?: [id: string, text: string][] };
  title: string;
  only: string[];
  expanded: string[];
  hidden_kinds: string[];
  theme: "auto" | "light" | "dark";
  steps: Readonly<Record<string, number | "all">>;
  positions: Readonly<Record<string, readonly [number, number]>>;
  arrangement: "flow" | "lanes";
  selected: string[];
  collapsed: boolean;
  search: string;
  height: string | null;
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
  title: "",
  only: [],
  expanded: [],
  hidden_kinds: ["Value"],
  theme: "auto",
  steps: {},
  positions: {},
  arrangement: "flow",
  selected: [],
  collapsed: false,
  search: "",
  height: null,
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

/** How far boxes were dragged from where layout puts them, by id, in px of the drawing. */
export type Positions = State["positions"];
export type Theme = Exclude<State["theme"], "auto">;

/** What is asked for a drawing: wire.py and view.py say what each means. */
export interface DrawingRequest {
  elements: Element[];
  kinds: Legend;
  title: string;
  footer: string;
  max_elements: number;
  embed_font: boolean;
  expanded: string[] | "auto" | "all";
  hidden_kinds: string[];
  theme: "auto" | "light" | "dark";
  steps: Readonly<Record<string, number | "all">>;
  positions: Readonly<Record<string, readonly [number, number]>>;
  arrangement: "flow" | "lanes";
  legend: boolean;
  transparent: boolean;
}

/** What is said of a drawing. */
export interface Said {
  width: number;
  height: number;
  visible: number;
  hidden: number;
  warnings: string[];
}
