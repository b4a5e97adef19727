import { expect, test } from "vitest";

import { waitRange } from "../src/format.ts";
import { linkify } from "../src/linkify.ts";
import { asLanguage, say } from "../src/words.ts";

const links = (text: string) => linkify(text).flatMap((piece) => ("href" in piece ? [piece.href] : []));

test.each([
  ["见 https://keting.example/退货 谢谢", ["https://keting.example/"]],
  ["看这里https://keting.example/a?b=1&c=2。", ["https://keting.example/a?b=1&c=2"]],
  ["(see https://en.example/wiki/Tea_(drink)).", ["https://en.example/wiki/Tea_(drink)"]],
  ["two: http://a.example, https://b.example/x!", ["http://a.example", "https://b.example/x"]],
  ["javascript:alert(1) data:text/html,x ftp://a.example", []],
  ["https://bank.example@evil.example/login", []],
  ["https:// and http://", []],
  ['<img src=x onerror="alert(1)">', []],
])("in %j the links are %j", (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test("the pieces of a text put together are the text", () => {
  const text = "一 https://a.example/x。二\n三 https://b@c.example (https://d.example)";
  expect(
    linkify(text)
      .map((piece) => piece.text)
      .join(""),
  ).toBe(text);
});

test("a wait is told in whole minutes", () => {
  const words = say("zh");
  expect(waitRange([60, 180], words)).toBe("1–3 分钟");
  expect(waitRange([10, 40], words)).toBe("不到 1 分钟");
  expect(waitRange([120, 120], words)).toBe("2 分钟");
});

test.each([
  ["zh-CN", "zh"],
  ["zh-TW", "zh-Hant"],
  ["zh-Hant-HK", "zh-Hant"],
  ["en-GB", "en"],
  ["fr", null],
  ["", null],
])("the language tag %j means %j", (tag, expected) => {
  expect(asLanguage(tag)).toBe(expected);
});
