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

/**
 * The page that a graph is saved as, with the digest of the script that its policy allows, and with the licences of what
 * the bundle contains, as each page is a copy of it.
 */
export function pageTemplate(licences = "") {
  const page = readFileSync(join(here, "src/app/page.html"), "utf-8");
  const start = /<script type="module">([\s\S]*)<\/script>/.exec(page)[1];
  const hash = createHash("sha256").update(start).digest("base64");
  const filled = { start: `sha256-${hash}`, licences: licences.replaceAll("<", "\u2039").replaceAll("{{", "{ {") };
  return page.replace(/\{\{(start|licences)\}\}/g, (_, name) => filled[name]);
}

const virtualPage = (licences) => ({
  name: "page",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:page$/ }, () => ({ path: "page", namespace: "page" }));
    onLoad({ filter: /.*/, namespace: "page" }, () => ({ contents: pageTemplate(licences), loader: "text" }));
  },
});

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

/** Entries with the whole app in them, one for each kind of page that it can be in. */
const HOSTS = ["widget"];

const bundles = (licences) => [
  {
    entryPoints: ["src/entry/headless.ts"],
    outfile: join(STATIC, "headless.js"),
    format: "iife",
    plugins: [virtualElk(true)],
  },
  { entryPoints: ["src/entry/loader.ts"], outfile: join(STATIC, "loader.js"), format: "esm", plugins: [] },
  ...HOSTS.map((name) => ({
    entryPoints: [`src/entry/${name}.ts`],
    outfile: join(STATIC, `${name}.js`),
    format: "esm",
    plugins: [virtualElk(false), virtualPage(licences)],
  })),
];

async function main() {
  // First what is inside, then the bundles, which hold the licences of it.
  const inputs = new Set();
  for (const bundle of bundles("")) {
    const { metafile } = await build({ ...shared, ...bundle, write: false });
    for (const path of Object.keys(metafile.inputs)) inputs.add(path);
  }
  const licences = notices([...inputs]);
  for (const bundle of bundles(licences)) await build({ ...shared, ...bundle });
  writeFileSync(join(STATIC, "page.html"), pageTemplate(licences));
  writeFileSync(join(STATIC, "THIRD_PARTY_NOTICES.txt"), licences);
}

/** The licences of what is inside the bundles, in full, and the notices that the packages' own files have of others. */
function notices(inputs) {
  const packages = new Map([["elkjs", []]]);
  for (const path of inputs) {
    // The folder may be a link to one elsewhere.
    const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
    if (name) packages.set(name, [...(packages.get(name) ?? []), join(here, path)]);
  }
  const parts = [...packages].sort().map(([name, files]) => {
    const { version, license, repository } = packageJson(name);
    const source = /github\.com[/:]([^#]*?)(\.git)?$/.exec(repository?.url ?? repository ?? "")?.[1];
    const where = source ? `; its source: https://github.com/${source}` : "";
    const others = [...new Set(files.flatMap(ofOthers))];
    return [`${name} ${version} (${license}), inside the bundles${where}`, [licence(name), ...others].join("\n\n")];
  });
  parts.push([
    "Guava and the Google Web Toolkit's emulation of Java (Apache-2.0), parts of them inside elkjs",
    `Copyright The Guava Authors; copyright Google Inc.\n\n${licence("typescript")}`, // it has that licence's text
  ]);
  parts.push([
    "DejaVu fonts 2.37, subsets (Bitstream Vera licence), in *.ttf and inside the bundles",
    readFileSync(join(here, "fonts", "LICENSE"), "utf-8"),
  ]);
  const rule = "=".repeat(100);
  return parts
    .map(([title, text]) => `${rule}\n${title}\n${rule}\n\n${text.replace(/\r\n/g, "\n").trim()}\n`)
    .join("\n");
}

function packageJson(name) {
  return JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf-8"));
}

function licence(name) {
  const files = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((file) => join(here, "node_modules", name, file));
  return readFileSync(files.find(existsSync), "utf-8").trim();
}

/** Comments of a file that name an author or a licence: of code that came from elsewhere. */
function ofOthers(file) {
  const comments = readFileSync(file, "utf-8").match(/\/\*[\s\S]*?\*\//g) ?? [];
  return comments.filter((comment) => comment.length < 3000 && /copyright|\blicen[cs]ed?\b/i.test(comment));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
