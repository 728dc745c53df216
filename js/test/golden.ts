// The golden scenes: what each is asked for, and what its SVG file has, read without any code of the picture room.

import { readFileSync } from "node:fs";
import scenes from "../../tests/golden/scenes.json";
import type { DrawingRequest, Element, Theme } from "../src/generated/schema";
import { request } from "./builders";

export const THEMES = ["light", "dark"] as const;
export const SCENES = Object.keys(scenes) as (keyof typeof scenes)[];

const GOLDEN = new URL("../../tests/golden/", import.meta.url);

/** What Python asks for the scene. */
export function goldenRequest(name: keyof typeof scenes, theme: Theme): DrawingRequest {
  const { graph, options } = scenes[name];
  const elements = JSON.parse(readFileSync(new URL(`${graph}.elements.json`, GOLDEN), "utf-8")) as Element[];
  return request({ ...(options as Partial<DrawingRequest>), elements, theme, max_elements: 10_000 });
}

/** A tag of a golden file. The files have no comments, no CDATA and no single quotes. */
export interface Tag {
  name: string;
  attributes: Record<string, string>;
  children: Tag[];
  text: string;
}

/** The group of a golden file that has the drawing, without the title, the legend and the footer around it. */
export function goldenDrawing(name: string, theme: Theme): Tag {
  const svg = parsed(readFileSync(new URL(`scenes/${name}.${theme}.svg`, GOLDEN), "utf-8"));
  return svg.children.find((tag) => "transform" in tag.attributes)!;
}

function parsed(svg: string): Tag {
  const open: Tag[] = [{ name: "", attributes: {}, children: [], text: "" }];
  for (const [, end, name, attributes, closed, text] of svg.matchAll(/<(\/?)([a-z]+)([^>]*?)(\/?)>|([^<]+)/g)) {
    const inside = open[open.length - 1]!;
    if (text !== undefined) inside.text += unescaped(text);
    else if (end) open.pop();
    else {
      const pairs = [...attributes!.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map((pair) => [pair[1]!, unescaped(pair[2]!)]);
      const tag: Tag = { name: name!, attributes: Object.fromEntries(pairs), children: [], text: "" };
      inside.children.push(tag);
      if (!closed) open.push(tag);
    }
  }
  return open[0]!.children[0]!;
}

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

function unescaped(text: string): string {
  return text.replace(/&[#\w]+;/g, (entity) => ENTITIES[entity]!);
}
