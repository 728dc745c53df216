import { defineConfig } from "vitest/config";
import { elkModule } from "./build.mjs";

export default defineConfig({
  plugins: [
    {
      name: "elk",
      resolveId: (id) => (id === "virtual:elk" ? "\0elk" : undefined),
      load: (id) => (id === "\0elk" ? elkModule() : undefined),
    },
  ],
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000 },
});
