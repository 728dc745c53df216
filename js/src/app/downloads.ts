// The files of the Export menu. They show the drawing as it is on the screen and are made by the same code as files
// from Python.

import template from "virtual:page";
import { FAMILY, isBold } from "../core/font";
import { xml } from "../core/text";
import type { State } from "../generated/schema";
import { h } from "../host/dom";
import type { Picture } from "../picture/marks";
import { BASELINE, type Borrow, pdf } from "../picture/pdf";
import { svg } from "../picture/svg";

const LARGEST = 8192; // px a side of a PNG; browsers refuse or blank larger canvases
const SCALE = 2;

/** A picture as PNG. Rejects if the browser cannot. */
export async function png(picture: Picture): Promise<Blob> {
  const { width, height } = picture;
  const scale = Math.min(SCALE, LARGEST / width, LARGEST / height);
  // A data: URL, because a canvas that drew a blob: URL with a font in it counts as tainted in some browsers.
  const image = h("img", { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(picture, true))}` });
  await image.decode();
  const canvas = h("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("the browser made no PNG of the drawing"))),
      "image/png",
    ),
  );
}

/** A picture as PDF; what the bundled fonts lack is drawn as the browser draws it in a font of the system. */
export function sheet(picture: Picture, title: string): Blob {
  return new Blob([pdf(picture, title, { borrow }).bytes], { type: "application/pdf" });
}

const borrow: Borrow = (run, width, height, sharpness, size, face, fill) => {
  const canvas = h("canvas", { width: width * sharpness, height: height * sharpness });
  const context = canvas.getContext("2d")!;
  context.scale(sharpness, sharpness);
  context.font = `${isBold(face) ? "bold " : ""}${size}px ${FAMILY[face]}`;
  context.fillStyle = fill;
  context.fillText(run, 0, BASELINE * size);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
};

/** A page that needs no kernel and no network, with the state and this same bundle. Python fills the same template. */
export function page(bundle: string, state: Partial<State>): string {
  // In a script element only "<" can end the text early; JSON may escape it, and the bundle goes in as JSON too.
  const json = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
  const filled: Record<string, string> = {
    title: xml(state.title ?? "graph"),
    outline: "",
    state: json(state),
    bundle: json(bundle),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => filled[name]!);
}

/** Gives the user a file. */
export function offer(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // some browsers start reading late
}
