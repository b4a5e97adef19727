import { describe, expect, test } from "vitest";

import { contrast, palette } from "../src/colour.ts";
import css from "../src/tokens.css?raw";

const variables = (block: string) =>
  Object.fromEntries(
    [...block.matchAll(/(--k-[\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name, value]) => [name!, value!]),
  );
const [, light = "", dark = ""] = /^([\s\S]*)\[data-theme="dark"\]([\s\S]*)$/.exec(css) ?? [];
const themes = { light: variables(light), dark: { ...variables(light), ...variables(dark) } };

describe.each(Object.entries(themes))("in the %s theme", (_, colours) => {
  test.each([
    ["--k-text", "--k-ground"],
    ["--k-text", "--k-surface"],
    ["--k-text", "--k-sunken"],
    ["--k-muted", "--k-ground"],
    ["--k-muted", "--k-surface"],
    ["--k-muted", "--k-sunken"],
    ["--k-danger", "--k-danger-soft"],
    ["--k-danger", "--k-surface"],
    ["--k-warn", "--k-warn-soft"],
    ["--k-ok", "--k-ok-soft"],
    ["--k-accent-text", "--k-accent-soft"],
  ])("%s is readable on %s", (text, ground) => {
    expect(contrast(colours[text]!, colours[ground]!)).toBeGreaterThanOrEqual(4.5);
  });
  test("borders of fields can be seen", () => {
    expect(contrast(colours["--k-line-strong"]!, colours["--k-surface"]!)).toBeGreaterThanOrEqual(3);
  });
});

test.each([
  "#1f6feb",
  "#ffd400",
  "#e60012",
  "#07c160",
  "#111111",
  "#ffffff",
  "#ff6a00",
  "#00b7c3",
  "#7f7f7f",
])("whatever colour a shop chooses (%s), text on it and text in it is readable", (chosen) => {
  for (const isDark of [false, true]) {
    const { accent, onAccent, accentText, accentSoft } = palette(chosen, isDark);
    expect(contrast(accent, onAccent)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(accentText, accentSoft)).toBeGreaterThanOrEqual(4.5);
  }
});

test("a value that is no colour becomes the default", () => {
  expect(palette("url(x)", false)).toEqual(palette("#1f6feb", false));
});
