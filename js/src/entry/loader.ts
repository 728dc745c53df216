// The code in every widget's `_esm`. The bundle is large, so all widgets of a kernel share one model that has it, and
// this loader imports it once for a page.

import type { RenderProps } from "@anywidget/types";
import { inflated } from "../host/inflate";

interface Bundle {
  code: string;
  module: typeof import("./widget");
}

/** Digest → the imported bundle, for this page and every version of the package that a kernel of it has. */
const BUNDLES = Symbol.for("nnsight_graphwidget.bundles");
const page = globalThis as unknown as { [BUNDLES]?: Map<string, Promise<Bundle>> };

async function load(base64: string): Promise<Bundle> {
  const code = await inflated(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))).text();
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return { code, module: await import(url) };
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function render({ model, el }: Pick<RenderProps, "model" | "el">): Promise<() => void> {
  if (!model.widget_manager)
    throw new Error("this host has no other models than the widget's own: give it static/widget.js, not loader.js");
  const shared = await model.widget_manager.get_model<{ code: string; digest: string }>(
    String(model.get("bundle")).replace("IPY_MODEL_", ""),
  );
  page[BUNDLES] ??= new Map();
  const bundles = page[BUNDLES];
  const digest = shared.get("digest");
  let bundle = bundles.get(digest);
  if (!bundle) {
    bundle = load(shared.get("code"));
    bundles.set(digest, bundle);
  }
  const { code, module } = await bundle;
  return module.render({ model, el }, code);
}

export default { render };
