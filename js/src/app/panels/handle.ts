// A handle between two parts of a view: a drag or the arrow keys make one larger than the other.

import { h } from "../../host/dom";

const STEP = 24; // px of an arrow key

export interface Handled {
  name: string;
  /** Whether it moves up and down now. */
  isUpright(): boolean;
  /** The size that it changes, in px, and how that is set; a size grows to the right or down where `grows` is 1. */
  size(): number;
  resize(size: number): void;
  grows: 1 | -1;
  /** Called when it was let go. */
  done?(): void;
}

export function handle({ name, isUpright, size, resize, grows, done }: Handled): HTMLElement {
  const element = h("div", {
    class: "handle",
    role: "separator",
    tabindex: 0,
    "aria-label": name,
    title: name,
    "aria-valuenow": "0",
  });
  const tell = (): void => {
    element.setAttribute("aria-valuenow", String(Math.round(size())));
    element.setAttribute("aria-orientation", isUpright() ? "horizontal" : "vertical");
  };
  const at = (event: PointerEvent): number => (isUpright() ? event.clientY : event.clientX);
  element.addEventListener("focus", tell);
  element.addEventListener("pointerdown", (event) => {
    const [from, before] = [at(event), size()];
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    element.dataset.held = "";
    const drag = (move: PointerEvent): void => resize(before + grows * (at(move) - from));
    element.addEventListener("pointermove", drag);
    element.addEventListener(
      "lostpointercapture",
      () => {
        element.removeEventListener("pointermove", drag);
        delete element.dataset.held;
        tell();
        done?.();
      },
      { once: true },
    );
  });
  element.addEventListener("keydown", (event) => {
    const [less, more] = isUpright() ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
    if (event.key !== less && event.key !== more) return;
    resize(size() + grows * (event.key === more ? STEP : -STEP));
    tell();
    done?.();
    event.preventDefault();
    event.stopPropagation();
  });
  return element;
}
