import { defineConfig } from "vite";

import { alias, here } from "./vite.shared.ts";

export default defineConfig({
  root: here("./help/api"),
  base: "/docs/api/",
  resolve: { alias },
  // Swagger UI is one large, finished file; splitting it would gain nothing.
  build: { outDir: here("./dist/help/api"), emptyOutDir: true, chunkSizeWarningLimit: 2000 },
});
