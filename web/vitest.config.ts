import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

import { alias, here } from "./vite.shared.ts";

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
        test: {
          name: "widget",
          root: here("."),
          include: ["{shared,widget,demo}/**/*.test.{ts,tsx}"],
          environment: "jsdom",
          css: true,
        },
      },
      {
        plugins: [vue()],
        resolve: { alias },
        test: { name: "console", root: here("./console"), include: ["**/*.test.ts"], environment: "jsdom" },
      },
    ],
    passWithNoTests: true,
  },
});
