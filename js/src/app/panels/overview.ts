// The overview map: all boxes, small, and what part of them is in sight; a press or a drag goes there. A drag of its upper
// edge, or the arrow keys there, move the map itself.

import { hue } from "../../core/kinds";
import { h } from "../../host/dom";
import type { Drawing } from "../../stage/drawing";
import type { App, Panel } from "./panel";

const WIDTH = 180;
const HEIGHT = 120;
const PAD = 6;
const STEP = 24; // px of an arrow key

export function overviewPanel(app: App, drawing: Drawing, accent: () => string): Panel {
  const ratio = devicePixelRatio || 1;
  const map = h("canvas", {
    class: "overview",
    width: WIDTH * ratio,
    height: HEIGHT * ratio,
    style: `width:${WIDTH}px;height:${HEIGHT}px`,
    role: "img",
    "aria-label": "Overview map",
  });

  function scale(): { by: number; x: number; y: number } {
    const { width, height } = drawing.placed!;
    const by = Math.min((WIDTH - 2 * PAD) / width, (HEIGHT - 2 * PAD) / height);
    return { by, x: (WIDTH - width * by) / 2, y: (HEIGHT - height * by) / 2 };
  }

  function draw(): void {
    if (!drawing.placed || !map.isConnected) return;
    const context = map.getContext("2d")!;
    const { by, x, y } = scale();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    for (const node of drawing.placed.scene.nodes) {
      const box = drawing.placed.boxes.get(node.id)!;
      context.fillStyle = hue(app.legend, node.data.kind, app.theme, node.role !== "node");
      context.globalAlpha = node.role === "open" ? 0.12 : node.role === "closed" ? 0.35 : 0.6;
      context.fillRect(x + box.x * by, y + box.y * by, Math.max(1, box.width * by), Math.max(1, box.height * by));
    }
    context.globalAlpha = 1;
    context.strokeStyle = accent();
    context.lineWidth = 1.5;
    const seen = drawing.cy.extent();
    context.strokeRect(x + seen.x1 * by, y + seen.y1 * by, seen.w * by, seen.h * by);
  }

  function go(event: PointerEvent): void {
    if (!drawing.placed || !(event.buttons & 1)) return;
    const corner = map.getBoundingClientRect();
    const { by, x, y } = scale();
    const zoom = drawing.cy.zoom();
    const at = { x: (event.clientX - corner.x - x) / by, y: (event.clientY - corner.y - y) / by };
    drawing.moveTo(
      { zoom, pan: { x: drawing.cy.width() / 2 - at.x * zoom, y: drawing.cy.height() / 2 - at.y * zoom } },
      false,
    );
  }
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    go(event);
  });
  map.addEventListener("pointermove", go);
  const grip = h("div", {
    class: "grip",
    tabindex: 0,
    role: "button",
    "aria-label": "Move the map",
    title: "Move the map",
  });
  const element = h("div", { class: "corner low", hidden: true }, grip, map);
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  grip.addEventListener("pointermove", (event) => {
    if (grip.hasPointerCapture(event.pointerId)) moveBy(element, event.movementX, event.movementY);
  });
  grip.addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!x && !y) return;
    moveBy(element, x! * STEP, y! * STEP);
    event.preventDefault();
    event.stopPropagation();
  });
  drawing.cy.on("render", draw);

  function toggle(): void {
    element.hidden = !element.hidden;
    draw();
  }
  return {
    element,
    switch: {
      hint: "Overview map",
      icon: "M2 3H14V13H2ZM8 8H14V13H8Z",
      get on() {
        return !element.hidden;
      },
      toggle,
    },
    keys: [{ shown: ["M"], keys: ["m"], meaning: "overview map", run: toggle }],
    update: draw,
  };
}

/** Moves an element, which stays in what it is in. */
function moveBy(element: HTMLElement, dx: number, dy: number): void {
  const room = element.parentElement!;
  const within = (at: number, most: number): string => `${Math.max(0, Math.min(at, most))}px`;
  element.style.left = within(element.offsetLeft + dx, room.clientWidth - element.offsetWidth);
  element.style.top = within(element.offsetTop + dy, room.clientHeight - element.offsetHeight);
  element.style.right = element.style.bottom = "auto";
}
