/**
 * Builds dist/widget/: first the chat (hashed, cached for ever), then the loader that knows its name.
 *
 * Both are classic scripts: a page of another origin may load them without CORS headers.
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const outDir = at("dist/widget");

const bundle = (entry, fileName, define) =>
  build({
    configFile: false,
    root: at("widget"),
    logLevel: "warn",
    define,
    publicDir: false,
    resolve: { alias: { "@shared": at("shared/src") } },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: at(entry),
        output: { format: "iife", entryFileNames: fileName, codeSplitting: false },
      },
    },
  });

await rm(outDir, { recursive: true, force: true });
await bundle("widget/src/chat.tsx", "chat-[hash].js", {});
const chat = (await readdir(outDir)).find((name) => name.startsWith("chat-"));
if (!chat) throw new Error("the chat bundle is missing");
await bundle("widget/src/loader.ts", "widget.js", { __CHAT__: JSON.stringify(`/widget/${chat}`) });

const text = await readFile(`${outDir}/widget.js`, "utf8");
if (!text.includes(chat)) throw new Error("the loader does not name the chat bundle");
