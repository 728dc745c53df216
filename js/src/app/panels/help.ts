// The help sheet: every key and gesture.

import { h } from "../../host/dom";
import type { Help } from "../../stage/keys";

/** The sheet, with everything that it explains. */
export function helpSheet(all: readonly Help[]): { element: HTMLElement; toggle(): void; readonly open: boolean } {
  const close = h("button", { type: "button", class: "button", onclick: () => toggle() }, "Close");
  const list = h(
    "dl",
    {},
    ...all.flatMap(({ shown, meaning }) => [
      h("dt", {}, ...shown.map((key) => h("kbd", {}, key))),
      h("dd", {}, meaning),
    ]),
  );
  const card = h(
    "div",
    { class: "card", role: "dialog", "aria-modal": "true", "aria-label": "Keys and gestures" },
    h("div", { class: "top" }, h("h2", {}, "Keys and gestures"), close),
    list,
  );
  const element = h("div", { class: "sheet", hidden: true }, card);
  let back: HTMLElement | null = null;

  function toggle(): void {
    element.hidden = !element.hidden;
    if (element.hidden) back?.focus();
    else {
      back = (element.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
      close.focus();
    }
  }
  element.addEventListener("click", (event) => event.target === element && toggle());
  element.addEventListener("keydown", (event) => {
    if (event.key === "Tab") event.preventDefault(); // the button is the only control in the sheet
  });
  return {
    element,
    toggle,
    get open() {
      return !element.hidden;
    },
  };
}
