import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { messages } from "../src/i18n";

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path ? `${path}.${key}` : key;
    if (typeof value === "string") found.set(at, value);
    else for (const [inner, text] of leaves(value, at)) found.set(inner, text);
  }
  return found;
}

const en = leaves(messages.en as unknown as Tree);
const zh = leaves(messages.zh as unknown as Tree);
const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!).sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "i18n" ? [] : sources(path);
    return /\.(ts|vue)$/.test(entry.name) ? [readFileSync(path, "utf8")] : [];
  });
}

describe("the console's words", () => {
  it("exist in both languages under the same keys", () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort());
  });

  it("have the same places for values, and none is empty", () => {
    for (const [key, text] of en) {
      expect(text.trim(), key).not.toBe("");
      expect(zh.get(key)!.trim(), key).not.toBe("");
      expect([...new Set(slots(zh.get(key)!))], key).toEqual([...new Set(slots(text))]);
    }
  });

  it("are there for every key that a page names", () => {
    const named = sources(join(__dirname, "../src")).flatMap((text) =>
      [...text.matchAll(/\bt\(\s*["']([\w.]+)["']/g)].map((found) => found[1]!),
    );
    expect(named.length).toBeGreaterThan(200);
    expect([...new Set(named)].filter((key) => !en.has(key))).toEqual([]);
  });

  it("count in both languages", async () => {
    const { i18n } = await import("../src/i18n");
    const { t, locale } = i18n.global;
    locale.value = "zh";
    expect([0, 1, 5].map((count) => t("transcript.newBelow", count))).toEqual([
      "没有新消息",
      "1 条新消息",
      "5 条新消息",
    ]);
    locale.value = "en";
    expect([1, 5].map((count) => t("transcript.newBelow", count))).toEqual([
      "One new message",
      "5 new messages",
    ]);
  });
});
