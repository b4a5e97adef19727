import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { hot, isWorthAsking, step, suggest, Typeahead, type Question } from "../src/typeahead.ts";

const asked = (question: string): Question => ({
  id: question,
  slug: question,
  question,
  language: "zh",
  fallback: false,
});
const source = { base: "https://keting.example", language: "zh-Hant", channel: "web" } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A service that answers when told to. */
const slow = () => {
  const calls: { text: string; signal: AbortSignal; answer(...questions: string[]): Promise<void> }[] = [];
  const shown: string[][] = [];
  const typeahead = new Typeahead(
    (text, signal) =>
      new Promise((resolve) => {
        const answer = async (...questions: string[]) => {
          resolve(questions.map(asked));
          await Promise.resolve();
        };
        calls.push({ text, signal, answer });
      }),
    (questions) => shown.push(questions.map(({ question }) => question)),
    100,
  );
  return { calls, shown, typeahead };
};

test("nothing is asked while keys follow each other", () => {
  const { calls, typeahead } = slow();
  for (const text of ["怎么", "怎么退", "怎么退货"]) {
    typeahead.type(text);
    vi.advanceTimersByTime(99);
  }
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(calls.map(({ text }) => text)).toEqual(["怎么退货"]);
});

test("an answer that comes after the next key is not shown", async () => {
  const { calls, shown, typeahead } = slow();
  typeahead.type("退货");
  vi.advanceTimersByTime(100);
  typeahead.type("退款");
  vi.advanceTimersByTime(100);
  await calls[1]!.answer("退款多久到账？");
  await calls[0]!.answer("怎么退货？");
  expect(calls[0]!.signal.aborted).toBe(true);
  expect(shown).toEqual([["退款多久到账？"]]);
});

test("what is written already is not suggested again", async () => {
  const { calls, shown, typeahead } = slow();
  typeahead.type(" 怎么退货？ ");
  vi.advanceTimersByTime(100);
  await calls[0]!.answer("怎么退货？", "退货政策是什么？");
  expect(shown).toEqual([["退货政策是什么？"]]);
});

test("a cleared field has no suggestions, at once", () => {
  const { calls, shown, typeahead } = slow();
  typeahead.type("退货");
  typeahead.type("");
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([]);
  expect(shown).toEqual([[]]);
});

test.each([
  ["", false],
  [" 退 ", false],
  ["退货", true],
  ["🙂", false],
  ["a line\nand another", false],
  ["x".repeat(60), true],
  ["x".repeat(61), false],
])("%j is worth asking: %s", (text, worth) => {
  expect(isWorthAsking(text)).toBe(worth);
});

test("choices go round, and between the last and the first none is chosen", () => {
  expect([-1, 0, 1, 2].map((at) => step(at, 1, 3))).toEqual([0, 1, 2, -1]);
  expect([-1, 2, 1, 0].map((at) => step(at, -1, 3))).toEqual([2, 1, 0, -1]);
});

test("questions are asked for in the visitor's language, without cookies", async () => {
  const fetch = vi.fn(async () => new Response(JSON.stringify({ items: [asked("怎麼退貨？")] })));
  vi.stubGlobal("fetch", fetch);
  expect(await suggest(source, "退貨", 3, new AbortController().signal)).toEqual([asked("怎麼退貨？")]);
  const [url, options] = fetch.mock.calls[0] as unknown as [string, RequestInit];
  expect(new URL(url).pathname).toBe("/api/visitor/v1/knowledge/suggest");
  expect(Object.fromEntries(new URL(url).searchParams)).toEqual({ q: "退貨", limit: "3", channel: "web" });
  expect(options).toMatchObject({ credentials: "omit", headers: { "Accept-Language": "zh-Hant" } });
});

test.each([
  ["a refusal", async () => new Response('{"error": "too_many", "message": ""}', { status: 429 })],
  ["something else than JSON", async () => new Response("<html>")],
  ["no answer", async () => Promise.reject(new TypeError("network"))],
])("%s is no error: there are no questions", async (_, fetch) => {
  vi.stubGlobal("fetch", fetch);
  expect(await hot(source, 4)).toEqual([]);
});
