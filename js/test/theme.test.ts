// @vitest-environment happy-dom
// What the page around the widget looks like, as each host says it.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { hostTheme, onHostTheme } from "../src/host/theme";

/** Whether the reader's system is dark, which is what counts where the page says nothing. */
function systemIs(dark: boolean): void {
  vi.stubGlobal("matchMedia", () => ({ matches: dark, addEventListener: () => undefined }));
}

beforeEach(() => {
  for (const element of [document.body, document.documentElement])
    for (const { name } of [...element.attributes]) element.removeAttribute(name);
  systemIs(false);
});

describe("VS Code", () => {
  test.each([
    ["vscode-light", "light"],
    ["vscode-dark", "dark"],
    ["vscode-high-contrast", "dark"],
    ["vscode-high-contrast-light", "light"],
  ])("%s is %s, whatever the system is", (kind, theme) => {
    document.body.dataset.vscodeThemeKind = kind;
    systemIs(theme === "light");
    expect(hostTheme()).toBe(theme);
  });

  test("a change of its theme is heard", async () => {
    const removed = new AbortController();
    const heard = new Promise<void>((resolve) => onHostTheme(resolve, removed.signal));
    document.body.dataset.vscodeThemeKind = "vscode-dark";
    await heard;
    removed.abort();
  });
});

test("JupyterLab says it on the body, and means it though other classes are there", () => {
  document.body.className = "dark";
  document.body.dataset.jpThemeLight = "true";
  expect(hostTheme()).toBe("light");
  document.body.dataset.jpThemeLight = "false";
  expect(hostTheme()).toBe("dark");
});

test.each([
  [() => document.documentElement.classList.add("dark"), "dark"],
  [() => document.body.classList.add("dark-theme"), "dark"],
  [() => document.documentElement.setAttribute("data-theme", "dark"), "dark"],
  [() => document.body.classList.add("light"), "light"],
  [() => document.documentElement.setAttribute("theme", "dark"), "dark"],
  [() => document.body.setAttribute("data-md-color-scheme", "slate"), "dark"],
  [() => document.body.setAttribute("data-md-color-scheme", "default"), "light"],
  [() => document.documentElement.setAttribute("data-bs-theme", "dark"), "dark"],
  [() => document.documentElement.setAttribute("data-color-mode", "light"), "light"],
] as const)("other pages say it with a class or an attribute: %s", (say, theme) => {
  systemIs(theme === "light");
  say();
  expect(hostTheme()).toBe(theme);
});

test("what says neither is passed over", () => {
  systemIs(true);
  document.documentElement.setAttribute("data-theme", "auto");
  document.body.className = "darker lighthouse";
  expect(hostTheme()).toBe("dark");
  document.body.setAttribute("data-md-color-scheme", "default");
  expect(hostTheme()).toBe("light");
});

test("a page that says nothing is as the system", () => {
  expect(hostTheme()).toBe("light");
  systemIs(true);
  expect(hostTheme()).toBe("dark");
});
