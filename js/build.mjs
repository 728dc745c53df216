// Builds the bundles that are committed:
// ../nnsight_graphwidget/static/{loader.js,widget.js,headless.js,page.html,THIRD_PARTY_NOTICES.txt}.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const STATIC = join(here, "..", "nnsight_graphwidget", "static");

/**
 * elkjs's worker as one function with what it looks for in its surroundings as arguments (see virtual.d.ts); `lazy`: as
 * text that is parsed when it is first called, which a script that runs once may never do. A page may forbid that, a
 * bare V8 does not.
 */
export function elkModule(lazy = false) {
  const code = readFileSync(join(here, "node_modules/elkjs/lib/elk-worker.min.js"), "utf-8");
  const worker = `(module, exports, window, document, setTimeout) {${code}\n}`;
  return `export default ${lazy ? `(...given) => (0, eval)(${JSON.stringify(`(function ${worker})`)})(...given)` : `function ${worker}`}`;
}

/** The page that a graph is saved as, with a policy that allows no network and no script but its own and the bundle. */
export function pageTemplate() {
  const page = readFileSync(join(here, "src/app/page.html"), "utf-8");
  const start = /<script type="module">([\s\S]*)<\/script>/.exec(page)[1];
  const hash = createHash("sha256").update(start).digest("base64");
  const policy =
    `default-src 'none'; script-src 'sha256-${hash}' blob:; worker-src blob:; style-src 'unsafe-inline';` +
    " img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'";
  return page.replace("{{policy}}", policy);
}

const virtualPage = {
  name: "page",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:page$/ }, () => ({ path: "page", namespace: "page" }));
    onLoad({ filter: /.*/, namespace: "page" }, () => ({ contents: pageTemplate(), loader: "text" }));
  },
};

const virtualElk = (lazy) => ({
  name: "elk",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:elk$/ }, () => ({ path: "elk", namespace: "elk" }));
    onLoad({ filter: /.*/, namespace: "elk" }, () => ({ contents: elkModule(lazy), loader: "js" }));
  },
});

const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  target: "es2022",
  legalComments: "none", // they are in THIRD_PARTY_NOTICES.txt
  metafile: true,
  logLevel: "warning",
  logOverride: { "equals-negative-zero": "silent" }, // in elkjs, which means it
};

const BUNDLES = [
  {
    entryPoints: ["src/entry/headless.ts"],
    outfile: join(STATIC, "headless.js"),
    format: "iife",
    plugins: [virtualElk(true)],
  },
  { entryPoints: ["src/entry/loader.ts"], outfile: join(STATIC, "loader.js"), format: "esm", plugins: [] },
  {
    entryPoints: ["src/entry/widget.ts"],
    outfile: join(STATIC, "widget.js"),
    format: "esm",
    plugins: [virtualElk(false), virtualPage],
  },
];

async function main() {
  const packages = new Set(["elkjs"]);
  for (const bundle of BUNDLES) {
    if (!existsSync(join(here, bundle.entryPoints[0]))) continue;
    const { metafile } = await build({ ...shared, ...bundle });
    for (const path of Object.keys(metafile.inputs)) {
      // The folder may be a link to one elsewhere.
      const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
      if (name) packages.add(name);
    }
  }
  writeFileSync(join(STATIC, "page.html"), pageTemplate());
  writeFileSync(join(STATIC, "THIRD_PARTY_NOTICES.txt"), notices([...packages].sort()));
}

/** The licences of what is inside the bundles, in full. */
function notices(packages) {
  const parts = packages.map((name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf-8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((file) => join(folder, file)).find(existsSync);
    return [`${name} ${version} (${license}), inside the bundles`, readFileSync(file, "utf-8")];
  });
  parts.push([
    "DejaVu fonts 2.37, subsets (Bitstream Vera licence), in *.ttf and inside the bundles",
    readFileSync(join(here, "fonts", "LICENSE"), "utf-8"),
  ]);
  const rule = "=".repeat(100);
  return parts
    .map(([title, text]) => `${rule}\n${title}\n${rule}\n\n${text.replace(/\r\n/g, "\n").trim()}\n`)
    .join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
