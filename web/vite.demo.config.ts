import { defineConfig } from "vite";

import { alias, here } from "./vite.shared.ts";

export default defineConfig({
  root: here("./demo"),
  base: "/demo/",
  resolve: { alias },
  build: { outDir: here("./dist/demo"), emptyOutDir: true, modulePreload: { polyfill: false } },
});
