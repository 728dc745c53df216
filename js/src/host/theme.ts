// What the page around the widget looks like, and when that changes.

import type { Theme } from "../generated/schema";

export function hostTheme(): Theme {
  const { body, documentElement: html } = document;
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter !== undefined) return jupyter === "false" ? "dark" : "light";
  const code = body.dataset.vscodeThemeKind;
  if (code) return code.includes("light") ? "light" : "dark";
  if (
    html.classList.contains("dark") ||
    body.classList.contains("dark") ||
    body.classList.contains("dark-theme") ||
    (html.dataset.theme ?? body.dataset.theme) === "dark"
  )
    return "dark";
  if (html.classList.contains("light") || body.classList.contains("light")) return "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls back whenever that may have changed. */
export function onHostTheme(callback: () => void, signal: AbortSignal): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, { signal });
  const host = new MutationObserver(callback);
  // JupyterLab and VS Code say their theme on the body.
  host.observe(document.body, {
    attributes: true,
    attributeFilter: ["data-jp-theme-light", "class", "data-vscode-theme-kind", "data-theme"],
  });
  host.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "data-theme"] });
  signal.addEventListener("abort", () => host.disconnect(), { once: true });
}
