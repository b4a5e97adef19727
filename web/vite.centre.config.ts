/** The style sheet and the script of the help centre, whose pages the service writes (api/help). */
import { defineConfig, type Plugin } from "vite";

import { alias, here } from "./vite.shared.ts";

/** Its pages know no script that could choose a theme: the reader's system does. */
const themeOfTheSystem: Plugin = {
  name: "theme-of-the-system",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("/tokens.css")
      ? code.replace(/\[data-theme="dark"\] (\{[^}]*\})/, "@media (prefers-color-scheme: dark) { :root $1 }")
      : null,
};

export default defineConfig({
  root: here("./help/centre"),
  base: "/help/",
  publicDir: false,
  resolve: { alias },
  plugins: [themeOfTheSystem],
  build: {
    outDir: here("./dist/help/centre"),
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    rollupOptions: { input: here("./help/centre/main.ts") },
  },
});
