import { defineConfig } from "vitest/config";
import { elkModule, pageTemplate } from "./build.mjs";

export default defineConfig({
  plugins: [
    {
      name: "page",
      resolveId: (id) => (id === "virtual:page" ? "\0page" : undefined),
      load: (id) => (id === "\0page" ? `export default ${JSON.stringify(pageTemplate())}` : undefined),
    },
    {
      name: "elk",
      resolveId: (id) => (id === "virtual:elk" ? "\0elk" : undefined),
      load: (id) => (id === "\0elk" ? elkModule() : undefined),
    },
  ],
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000 },
});
