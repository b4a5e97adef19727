/** `npm run size`: what a shop's visitors download, gzipped, against its limits.  `--json` for machines. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const KB = 1024;
const dir = fileURLToPath(new URL("../dist/widget/", import.meta.url));
const names = await readdir(dir).catch(() => {
  console.error("dist/widget/ is missing: run `npm run build:widget` first");
  process.exit(2);
});
const size = async (name) => {
  const bytes = await readFile(dir + name);
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
};
const files = await Promise.all(names.map(async (name) => ({ name, ...(await size(name)) })));
const sum = (list) => list.reduce((total, { gzip }) => total + gzip, 0);
const checks = [
  { what: "loader (widget.js)", gzip: sum(files.filter(({ name }) => name === "widget.js")), limit: 4 * KB },
  { what: "whole widget", gzip: sum(files), limit: 40 * KB },
];

if (process.argv.includes("--json")) console.log(JSON.stringify({ files, checks }, null, 2));
else {
  for (const { name, raw, gzip } of files) console.log(`${name.padEnd(24)} ${raw} B, ${gzip} B gzipped`);
  for (const { what, gzip, limit } of checks) {
    console.log(
      `${gzip < limit ? "ok  " : "OVER"} ${what}: ${(gzip / KB).toFixed(2)} KB of ${limit / KB} KB`,
    );
  }
}
if (checks.some(({ gzip, limit }) => gzip === 0 || gzip >= limit)) process.exitCode = 1;
