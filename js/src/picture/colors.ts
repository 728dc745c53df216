// The colours of a picture that are not a kind's own, and those that are mixed from a kind's own.

import { hue } from "../core/kinds";
import type { Scene, SceneEdge } from "../core/types";
import type { Legend, Theme } from "../generated/schema";

export const COLORS = {
  light: {
    page: "#ffffff",
    text: "#1b2330",
    mute: "#5d6778",
    edge: "#8793a5",
    highlight: "#2f6fed",
    failed: "#c62828",
    note: "#a86400",
    rail: "#c3cad6",
    reached: "#e0701a",
  },
  dark: {
    page: "#14171c",
    text: "#e6eaf0",
    mute: "#98a2b3",
    edge: "#6b7686",
    highlight: "#7aa7ff",
    failed: "#ff7b7b",
    note: "#f0c674",
    rail: "#3f4959",
    reached: "#ff9d4d",
  },
} as const;

export const TINT = { light: 0.08, dark: 0.16 }; // share of a node's hue in its fill
export const GROUP_TINT = { light: 0.045, dark: 0.09 }; // the same for a sub-graph

/** `share` of one colour in another, as `#rrggbb`. */
export function mix(color: string, other: string, share: number): string {
  const channel = (at: number) => {
    const [a, b] = [color, other].map((c) => Number.parseInt(c.slice(at, at + 2), 16)) as [number, number];
    return Math.round(a * share + b * (1 - share))
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

/** The colours inside sub-graphs, by id. Each is a tint over the colour of the sub-graph around it. */
export function groupFills(scene: Scene, legend: Legend, theme: Theme): Map<string, string> {
  const fills = new Map<string, string>();
  for (const { id, parent, role, data } of scene.nodes) {
    if (role === "node") continue;
    const around = parent === undefined ? COLORS[theme].page : fills.get(parent)!;
    fills.set(id, mix(hue(legend, data.kind, theme, true), around, GROUP_TINT[theme]));
  }
  return fills;
}

/** The hue of an edge's kind; most are grey. */
export function edgeColor(edge: SceneEdge, legend: Legend, theme: Theme): string {
  if (edge.kind === "bridge") return hue(legend, "BridgeProtocol", theme);
  if (edge.kind === "carried") return hue(legend, "Iterator", theme, true);
  if (edge.kind === "condition") return hue(legend, "Conditional", theme, true);
  if (edge.kind === "model") return COLORS[theme].reached;
  if (edge.kind === "may") return mix(COLORS[theme].reached, COLORS[theme].page, 0.7);
  return edge.kind === "via" ? mix(COLORS[theme].edge, COLORS[theme].page, 0.85) : COLORS[theme].edge;
}

/** What a write is filled with, and what is written on it: the legend's hue, so dark that its words are read at ease. */
export function writeColors(legend: Legend, theme: Theme): { fill: string; text: string } {
  const color = hue(legend, "SwapProtocol", theme);
  return theme === "light" ? { fill: mix(color, "#000000", 0.86), text: "#ffffff" } : { fill: color, text: "#0d1a12" };
}
