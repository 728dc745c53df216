// What the page around the widget looks like, and when that changes.

import type { Theme } from "../generated/schema";

/**
 * Where pages say their theme, on `html` or `body`, the surest first: JupyterLab, VS Code, Colab, Sphinx and marimo,
 * Bootstrap, GitHub, Material for MkDocs. Each gives its words for dark and for light; other words say nothing.
 */
const ATTRIBUTES: readonly [name: string, dark: RegExp, light: RegExp][] = [
  ["data-jp-theme-light", /^false$/, /^true$/],
  ["data-vscode-theme-kind", /dark|^vscode-high-contrast$/, /light/],
  ["theme", /^dark$/, /^light$/],
  ["data-theme", /^dark$/, /^light$/],
  ["data-bs-theme", /^dark$/, /^light$/],
  ["data-color-mode", /^dark$/, /^light$/],
  ["data-md-color-scheme", /^slate$/, /^default$/],
  ["class", /(^|\s)dark(-theme)?(\s|$)/, /(^|\s)light(-theme)?(\s|$)/],
];

export function hostTheme(): Theme {
  const { body, documentElement } = document;
  for (const [name, dark, light] of ATTRIBUTES)
    for (const element of [body, documentElement]) {
      const said = element.getAttribute(name);
      if (said !== null && light.test(said)) return "light";
      if (said !== null && dark.test(said)) return "dark";
    }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls back whenever that may have changed. */
export function onHostTheme(callback: () => void, signal: AbortSignal): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, { signal });
  const host = new MutationObserver(callback);
  const said = { attributes: true, attributeFilter: ATTRIBUTES.map(([name]) => name) };
  host.observe(document.body, said);
  host.observe(document.documentElement, said);
  signal.addEventListener("abort", () => host.disconnect(), { once: true });
}
