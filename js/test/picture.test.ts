import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { measure } from "../src/core/font";
import { shortened, visible, xml } from "../src/core/text";
import { render as drawn } from "../src/entry/headless";
import type { DrawingRequest, Element } from "../src/generated/schema";
import { elkSync } from "../src/layout/elk";
import { layoutSync } from "../src/layout/layout";
import { decoded } from "../src/picture/base64";
import { writeColors } from "../src/picture/colors";
import { type DrawOptions, draw } from "../src/picture/draw";
import { svg as asText } from "../src/picture/svg";
import { edge, group, legend, node, request, scene } from "./builders";

const seed = JSON.parse(
  readFileSync(new URL("../../tests/golden/seed.elements.json", import.meta.url), "utf-8"),
) as Element[];

function svg(elements: Element[], options: Partial<DrawOptions> = {}, expanded: string[] = []): string {
  return asText(
    draw(layoutSync(scene(elements, expanded), elkSync), legend, { theme: "light", legend: false, ...options }),
  );
}

function render(given: Partial<DrawingRequest>) {
  return drawn(request({ elements: seed, ...given }));
}

test("base64 is read alike by the engine and by hand", () => {
  const engine = Uint8Array as unknown as { fromBase64?: unknown };
  const { fromBase64 } = engine;
  delete engine.fromBase64; // as in an engine that lacks it
  for (const bytes of [[], [255], [1, 2], [0, 128, 255], [...Array(256).keys()]])
    expect([...decoded(Buffer.from(bytes).toString("base64"))]).toEqual(bytes);
  if (fromBase64) engine.fromBase64 = fromBase64;
});

describe("text", () => {
  test("what cannot be seen is written out", () => {
    expect(visible("a\nb\t\u202ec\u200b\u0000d")).toBe("a\\nb\\t\\u202ec\\u200b\\x00d");
    expect(visible("half \ud800 pair, whole 😀")).toBe("half \\ud800 pair, whole 😀");
  });

  test("markup is inert", () => {
    expect(xml(`<script>"&'</script>`)).toBe("&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;");
  });

  test("is cut in the middle to the width that it may have", () => {
    const cut = shortened("transformer.h.11.mlp.output", 100, 12, "mono");
    expect(cut).toBe("…mlp.output");
    expect(measure(cut, 12, "mono")).toBeLessThanOrEqual(100);
    expect(shortened("short", 100, 12, "mono")).toBe("short");
  });

  test("a megabyte is cut as quickly as a line", () => {
    const start = performance.now();
    expect(shortened(`a${"x".repeat(1_000_000)}z`, 100, 12, "mono")).toMatch(/^ax+…x+z$/);
    expect(performance.now() - start).toBeLessThan(50);
  });

  test("is as wide as in the bundled font", () => {
    expect(measure("add", 12, "mono")).toBeCloseTo(3 * 12 * (1233 / 2048), 10);
    expect(measure("Wi", 2048, "sans")).toBe(2025 + 569);
  });
});

describe("a picture", () => {
  const hostile = `</title><script>alert(1)</script>\u202e\u0000&"`;

  test("holds hostile text as text", () => {
    const text = svg([node("a", hostile, { label: hostile, variable: hostile, text: hostile })], {
      title: hostile,
      footer: hostile,
    });
    expect(text).not.toContain("<script");
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    expect(text.match(/<title>/g)).toHaveLength(2);
  });

  test("is the same from run to run", () => {
    expect(render({ expanded: "all" }).svg).toBe(render({ expanded: "all" }).svg);
  });

  test("has no class, style or marker that a reader of plain SVG would miss", () => {
    expect(render({ expanded: "all", theme: "dark" }).svg).not.toMatch(/<style|class=|style=|<marker/);
  });

  test("carries its fonts when asked to", () => {
    expect(render({ embed_font: true }).svg.match(/@font-face/g)).toHaveLength(4);
  });

  test("is as big as it says", () => {
    const { svg, width, height } = render({ title: "session" });
    expect(svg).toContain(`width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`);
  });

  test.each(["failed", "not reached", "never run", "planned"] as const)("tells %s without colour", (status) => {
    const plain = svg([node("a")]);
    const marked = svg([node("a", "Operation", { status })]);
    const grey = (text: string) => text.replace(/#[0-9a-f]{6}/g, "#").replace(/<title>[^<]*<\/title>/g, "");
    expect(grey(marked)).not.toBe(grey(plain));
    expect(marked).toMatch(status === "failed" ? /<circle/ : /stroke-dasharray/);
  });

  test("fills a write, and gives what was to change the model a thicker border", () => {
    expect(svg([node("a", "SwapProtocol", { changes: true })])).toContain(
      `fill="${writeColors(legend, "light").fill}"`,
    );
    expect(svg([node("a", "SwapProtocol", { changes: true, status: "never run" })])).toContain('stroke-width="3"');
  });

  test("says what a limit left out", () => {
    const { svg, warnings, hidden } = render({
      elements: Array.from({ length: 9 }, (_, i) => node(`n${i}`)),
      max_elements: 5,
    });
    expect(svg).toContain("+4 more not drawn");
    expect([hidden, warnings.length]).toEqual([4, 1]);
  });

  test("strikes out hidden kinds in its legend", () => {
    expect(render({}).svg).toContain('<g opacity="0.5"><title>Value: a literal argument</title>');
  });

  test("draws a value that crosses sub-graphs dashed and brown", () => {
    const text = svg([group("a", "Tracer"), node("a/1"), node("2"), edge("a/1", "2", "bridge")], {}, ["a"]);
    expect(text).toContain(`stroke="${legend.BridgeProtocol!.light}" stroke-width="1.3" stroke-dasharray="5 3"`);
  });

  test("past a thousand boxes, is in plain rows that values run down, folded into columns where it would be far too high", () => {
    const chain = Array.from({ length: 1500 }, (_, i) => node(`n${i}`));
    const links = chain.slice(1).map((_, i) => edge(`n${i}`, `n${i + 1}`));
    const placed = layoutSync(scene([...chain, ...links]), elkSync);
    const boxes = placed.scene.nodes.map((node) => placed.boxes.get(node.id)!);
    const follows = (at: number) =>
      boxes[at]!.y > boxes[at - 1]!.y ||
      (boxes[at]!.y === boxes[0]!.y && boxes[at]!.x > boxes[at - 1]!.x + boxes[at - 1]!.width);
    expect(boxes.every((_, at) => at === 0 || follows(at))).toBe(true);
    expect(placed.height).toBeLessThan(2 * placed.width);
    expect(placed.routes.size).toBe(1499);
  });

  test("a dragged box takes the sub-graphs around it along", () => {
    const drawn = layoutSync(
      scene([group("a", "Tracer"), node("a/1"), node("a/2"), edge("a/1", "a/2")], ["a"]),
      elkSync,
      { positions: { "a/2": [300, 200] } },
    );
    const [outer, box] = [drawn.boxes.get("a")!, drawn.boxes.get("a/2")!];
    expect(box.x + box.width).toBeLessThanOrEqual(outer.x + outer.width);
    expect(box.y + box.height).toBeLessThanOrEqual(outer.y + outer.height);
    expect(outer.x + outer.width).toBeLessThanOrEqual(drawn.width);
  });
});

describe("render()", () => {
  const { ngw } = globalThis as unknown as { ngw: { render(request: string): string } };

  test("answers a request with a picture", () => {
    expect(JSON.parse(ngw.render(JSON.stringify(request({ elements: seed, expanded: ["session@1"] }))))).toMatchObject({
      visible: 5,
      hidden: 0,
      warnings: [],
    });
  });

  test("answers nonsense with an error", () => {
    expect(JSON.parse(ngw.render("{"))).toHaveProperty("error");
  });
});
