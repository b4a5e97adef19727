import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

import { alias, here, service } from "./vite.shared.ts";

export default defineConfig({
  root: here("./console"),
  base: "/console/",
  plugins: [vue()],
  resolve: { alias },
  build: { outDir: here("./dist/console"), emptyOutDir: true, chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": { target: service, ws: true } } },
});
