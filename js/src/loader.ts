// What every widget carries in its `_esm`. The bundle is large, so it is in one model of its own that all widgets of a kernel
// share, and a page imports it once.

import type { AnyModel } from "./model";

interface BundleModel {
  get(name: "code" | "digest"): string;
}

interface Context {
  model: AnyModel & { widget_manager: { get_model(id: string): Promise<BundleModel> } };
  el: HTMLElement;
}

type Bundle = typeof import("./widget");

/** Digest → the imported bundle, for this page and every version of the package that a kernel of it has. */
const BUNDLES = Symbol.for("nnsight_graphwidget.bundles");
const page = globalThis as unknown as { [BUNDLES]?: Map<string, Promise<Bundle>> };

function load(code: string, digest: string): Promise<Bundle> {
  const bundles = (page[BUNDLES] ??= new Map());
  let bundle = bundles.get(digest);
  if (!bundle) {
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    bundle = (import(url) as Promise<Bundle>).finally(() => URL.revokeObjectURL(url));
    bundles.set(digest, bundle);
  }
  return bundle;
}

async function render({ model, el }: Context): Promise<() => void> {
  const shared = await model.widget_manager.get_model(String(model.get("bundle")).replace("IPY_MODEL_", ""));
  const code = shared.get("code");
  return (await load(code, shared.get("digest"))).render({ model, el }, code);
}

export default { render };
