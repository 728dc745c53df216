// Makes DOM elements. Text of the user's becomes a text node or an attribute, never markup, and invisible characters
// are spelled out.

import { spelled } from "../core/text";

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** `h("button", { class: "tool", onclick: f }, "Fit")`; null, undefined and false leave an attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  assign(element, attributes);
  append(element, children);
  return element;
}

/** The same in SVG. */
export function s(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  assign(element, attributes);
  append(element, children);
  return element;
}

/** Attributes that are read, not looked up. */
const READ = new Set(["title", "aria-label"]);

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) if (child) element.append(typeof child === "string" ? spelled(child) : child);
}

function assign(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, READ.has(name) ? spelled(String(value)) : String(value));
  }
}
