// The page that the Export menu makes.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { page } from "../src/app/downloads";

const HOSTILE = "</script><script>alert(1)</script><!--<script>{{state}}$&";
const text = page(`const a = "${HOSTILE}";`, { title: HOSTILE, search: HOSTILE });

test("text of the user's ends no script and starts none", () => {
  expect(text.match(/<script[^>]*>/g)).toEqual([
    '<script type="text/plain" id="licences">',
    '<script type="application/json" id="state">',
    '<script type="application/json" id="bundle">',
    '<script type="module">',
  ]);
  expect(text.match(/<\/script>/g)).toHaveLength(4);
  expect(text).not.toContain("<!--");
  const read = (id: string): unknown => JSON.parse(new RegExp(`id="${id}">(.*)</script>`).exec(text)![1]!);
  expect(read("state")).toEqual({ title: HOSTILE, search: HOSTILE });
  expect(read("bundle")).toBe(`const a = "${HOSTILE}";`);
});

test("its policy allows nothing but its own script and the bundle that this one starts", () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)![1]!.split("; ");
  const start = /<script type="module">([\s\S]*)<\/script>/.exec(text)![1]!;
  expect(policy).toEqual([
    "default-src 'none'",
    `script-src 'sha256-${createHash("sha256").update(start).digest("base64")}' blob:`,
    "worker-src blob:",
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});
