import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { contrast } from "../src/settings/colour";

const css = readFileSync(join(__dirname, "../src/theme/tokens.css"), "utf8");
const [light = "", dark = ""] = css.split(':root[data-theme="dark"]');

function tokens(text: string): Map<string, string> {
  return new Map([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((found) => [found[1]!, found[2]!]));
}

/** Which text stands on which ground somewhere in the console. */
const GROUNDS = ["surface", "surface-2", "surface-3", "bg", "hover", "selected"];
const PAIRS: [string, string][] = [
  ...GROUNDS.flatMap((ground): [string, string][] =>
    ["text", "text-2", "text-3"].map((text) => [text, ground]),
  ),
  ...["ok", "warn", "bad", "info", "violet", "primary"].map((tone): [string, string] => [
    tone,
    `${tone}-ground`,
  ]),
  ...["warn", "bad", "primary"].flatMap((tone): [string, string][] => [
    [tone, "surface"],
    [tone, "selected"],
  ]),
  ...["bubble-visitor", "bubble-bot", "bubble-agent"].map((bubble): [string, string] => ["text", bubble]),
  ["note-text", "note-ground"],
  ["on-primary", "primary"],
];

describe("colours of the console", () => {
  it.each([
    ["light", tokens(light)],
    ["dark", new Map([...tokens(light), ...tokens(dark)])],
  ])("can be read in %s", (_name, found) => {
    expect(tokens(dark).size).toBeGreaterThan(20);
    const weak = PAIRS.map(([text, ground]) => ({
      text,
      ground,
      ratio: contrast(found.get(text)!, found.get(ground)!),
    }));
    expect(weak.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });
});
