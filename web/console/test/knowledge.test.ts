import { beforeEach, describe, expect, it } from "vitest";

import type { Article, ArticleSummary, Category, Content, Hit } from "../src/api/knowledge";
import { i18n } from "../src/i18n";
import { compare, lines } from "../src/knowledge/diff";
import { differences } from "../src/knowledge/differences";
import { blankDraft, changesOf, draftOf, firstSide, problemsOf } from "../src/knowledge/draft";
import { filterOf, queryOf, sorted, sortOf } from "../src/knowledge/listing";
import { image, link, list, wrap } from "../src/knowledge/markup";
import { sharesOf } from "../src/knowledge/score";
import { mayEdit, MOVES, moveWord } from "../src/knowledge/states";
import { moved, rowsOf } from "../src/knowledge/tree";

beforeEach(() => void (i18n.global.locale.value = "en"));

const side = (question = "", answer = "", similar: string[] = []) => ({ question, similar, answer });
const content = (zh = side(), en = side()): Content => ({ zh, en, buttons: [] });
const article = (more: Partial<Article> = {}): Article =>
  ({
    id: "a1",
    slug: "refund",
    version: 3,
    category: { id: "c1", name: { zh: "退款" } },
    audience: "public",
    channels: [],
    tags: ["退款"],
    valid_from: null,
    valid_until: null,
    content: content(side("多久退款", "三天", ["退款要几天"])),
    ...more,
  }) as Article;

describe("the toolbar", () => {
  const at = (text: string, chosen: string) => ({
    text,
    start: text.indexOf(chosen),
    end: text.indexOf(chosen) + chosen.length,
  });

  it("makes bold what is selected, and plain again", () => {
    const bold = wrap(at("在三天内退款", "三天"), "**", "粗体");
    expect(bold.text).toBe("在**三天**内退款");
    expect(bold.text.slice(bold.start, bold.end)).toBe("三天");
    expect(wrap(bold, "**", "粗体").text).toBe("在三天内退款");
    expect(wrap({ text: "", start: 0, end: 0 }, "**", "粗体").text).toBe("**粗体**");
  });

  it("makes a list of the lines that are touched, another kind of list, and lines again", () => {
    const bullets = list(at("先打开\n再选择", "开\n再"), false);
    expect(bullets.text).toBe("- 先打开\n- 再选择");
    const numbers = list(bullets, true);
    expect(numbers.text).toBe("1. 先打开\n2. 再选择");
    expect(list(numbers, true).text).toBe("先打开\n再选择");
  });

  it("leaves an empty line before a list, so that it is one", () => {
    expect(list(at("步骤：\n打开", "打开"), false).text).toBe("步骤：\n\n- 打开");
  });

  it("selects the address of a link and the words of a picture, to be typed over", () => {
    const linked = link(at("见说明", "说明"), "文字");
    expect(linked.text).toBe("见[说明](https://)");
    expect(linked.text.slice(linked.start, linked.end)).toBe("https://");
    const shown = image({ text: "如图", start: 2, end: 2 }, "0190", "图片内容");
    expect(shown.text).toBe("如图\n\n![图片内容](blob:0190)\n");
    expect(shown.text.slice(shown.start, shown.end)).toBe("图片内容");
  });
});

describe("differences", () => {
  const told = (before: string, after: string): string[] =>
    lines(before, after).map(
      ({ kind, pieces }) =>
        `${kind[0]} ${pieces.map((p) => (p.kind === "same" ? p.text : `[${p.text}]`)).join("")}`,
    );

  it("are told by lines, and inside of a changed line by words", () => {
    expect(told("Open it\nWait two days\nDone", "Open it\nWait five days\nDone")).toEqual([
      "s Open it",
      "r Wait [two] days",
      "a Wait [five] days",
      "s Done",
    ]);
  });

  it("are told by characters in Chinese", () => {
    expect(told("三天内退款", "五天内退款")).toEqual(["r [三]天内退款", "a [五]天内退款"]);
  });

  it("are none between equal texts, and everything beside an empty one", () => {
    expect(told("a\nb", "a\nb")).toEqual(["s a", "s b"]);
    expect(told("", "a\nb")).toEqual(["a [a]", "a [b]"]);
  });

  it("put together give back both texts", () => {
    const [before, after] = ["a b c d e".split(" "), "x b d c e y".split(" ")];
    const pieces = compare(before, after);
    const of = (kind: string) =>
      pieces.filter((p) => p.kind === "same" || p.kind === kind).map((p) => p.text);
    expect([of("removed"), of("added")]).toEqual([before, after]);
  });

  it("of articles name only the parts that differ", () => {
    const before = content(side("问", "答", ["一"]), side("Q", "A"));
    const after = { ...content(side("问", "答", ["一", "二"]), side("Q", "B")) };
    after.buttons = [{ title: { zh: "退货", en: "" }, payload: "/request_return" }];
    expect(differences(before, after).map(({ side: name, part }) => [name, part])).toEqual([
      ["zh", "similar"],
      ["en", "answer"],
      [null, "buttons"],
    ]);
  });
});

describe("a draft", () => {
  it("sends only what is new, and an empty line of a list is nothing", () => {
    const base = draftOf(article());
    const draft = draftOf(article());
    expect(changesOf(base, draft)).toEqual({});
    draft.content.zh.similar.push("  ");
    expect(changesOf(base, draft)).toEqual({});
    draft.tags.push("到账");
    expect(changesOf(base, draft)).toEqual({ tags: ["退款", "到账"] });
    draft.content.zh.answer = "五天";
    expect(changesOf(base, draft).content?.zh).toEqual(side("多久退款", "五天", ["退款要几天"]));
  });

  it("is a copy: what is typed leaves the loaded article as it is", () => {
    const loaded = article();
    draftOf(loaded).content.zh.answer = "x";
    expect(loaded.content.zh.answer).toBe("三天");
  });

  it("needs a question to be saved and an answer to be published", () => {
    const draft = blankDraft();
    expect(Object.keys(problemsOf(draft))).toEqual(["zh.question"]);
    draft.content.en.question = "How long?";
    expect(problemsOf(draft)).toEqual({});
    expect(Object.keys(problemsOf(draft, true))).toEqual(["en.answer"]);
    draft.content.en.answer = "Three days";
    expect(problemsOf(draft, true)).toEqual({});
  });

  it("says what is wrong at the field that has it", () => {
    const draft = draftOf(article({ slug: "Not This", valid_from: "2026-02-01", valid_until: "2026-01-01" }));
    draft.content.buttons = [{ title: { zh: "", en: "" }, url: "https://example.com" }];
    expect(Object.keys(problemsOf(draft)).sort()).toEqual(["buttons", "slug", "valid_until"]);
  });

  it("begins with the language of the console, unless only the other one is written", () => {
    expect(firstSide(content(), "en")).toBe("en");
    expect(firstSide(content(side("问")), "en")).toBe("zh");
    expect(firstSide(content(side("问"), side("Q")), "en")).toBe("en");
  });
});

describe("the states of an article", () => {
  it("offer a way out of each, and words for it", () => {
    for (const [from, targets] of Object.entries(MOVES)) {
      expect(targets.length).toBeGreaterThan(0);
      for (const to of targets) expect(i18n.global.te(moveWord(from as keyof typeof MOVES, to))).toBe(true);
    }
  });

  it("are changed by trainers, supervisors and administrators", () => {
    const roles = ["agent", "staff", "supervisor", "trainer", "admin"] as const;
    expect(roles.filter(mayEdit)).toEqual(["supervisor", "trainer", "admin"]);
  });
});

describe("the list of articles", () => {
  it("keeps its filter in the address", () => {
    const filter = { state: "draft", lacks: "en", q: "退款" };
    const query = queryOf(filter, "helpful") as Record<string, string>;
    expect([filterOf(query), sortOf(query)]).toEqual([filter, "helpful"]);
    expect([filterOf({ tab: "x", q: "" }), sortOf({ sort: "nonsense" })]).toEqual([{}, "newest"]);
  });

  it("is ordered by what is asked for", () => {
    const items = [
      { question: { zh: "退款", en: "" }, helpful: 1, unhelpful: 5, updated_at: "2026-01-03" },
      { question: { zh: "发票", en: "Bill" }, helpful: 7, unhelpful: 0, updated_at: "2026-01-02" },
    ] as ArticleSummary[];
    const order = (sort: Parameters<typeof sorted>[1]) =>
      sorted(items, sort, "zh").map(({ question }) => question.zh);
    expect(order("newest")).toEqual(["退款", "发票"]);
    expect(order("oldest")).toEqual(["发票", "退款"]);
    expect(order("question")).toEqual(["发票", "退款"]);
    expect(order("helpful")).toEqual(["发票", "退款"]);
    expect(order("unhelpful")).toEqual(["退款", "发票"]);
  });
});

describe("categories", () => {
  const category = (id: string, position: number, parent_id: string | null = null): Category => ({
    id,
    name: { zh: id, en: id },
    parent_id,
    position,
  });
  const all = [category("a", 0), category("b", 1), category("a1", 0, "a"), category("a2", 1, "a")];

  it("are read as a tree", () => {
    expect(rowsOf(all).map(({ category: { id }, depth }) => [id, depth])).toEqual([
      ["a", 0],
      ["a1", 1],
      ["a2", 1],
      ["b", 0],
    ]);
    expect(rowsOf(all).map(({ isFirst, isLast }) => [isFirst, isLast])).toEqual([
      [true, false],
      [true, false],
      [false, true],
      [false, true],
    ]);
  });

  it("change places with their neighbours, also where positions were equal", () => {
    expect(moved(all, all[3]!, -1)).toEqual([
      { id: "a2", position: 0 },
      { id: "a1", position: 1 },
    ]);
    expect(moved(all, all[0]!, -1)).toEqual([]);
    const equal = [category("x", 0), category("y", 0)];
    expect(moved(equal, equal[0]!, 1)).toEqual([{ id: "x", position: 1 }]);
  });
});

describe("the score of a result", () => {
  const hit = (parts: Partial<Hit["parts"]>, score: number): Hit =>
    ({ parts: { nearest: null, whole: null, words: null, body: null, ...parts }, score }) as Hit;

  it("is the sum of its shares, whatever the words counted for", () => {
    for (const score of [0.7, 0.88]) {
      const shares = sharesOf(hit({ nearest: 0.9, whole: 0.6, words: 0.5, body: 0.1 }, score));
      expect(shares.map(({ part }) => part)).toEqual(["nearest", "whole", "words", "body"]);
      expect(shares.reduce((sum, { points }) => sum + (points ?? 0), 0)).toBeCloseTo(score);
    }
  });

  it("is that of the words where there is no encoder", () => {
    const [words, body] = sharesOf(hit({ words: 0.4, body: 0.2 }, 0.35));
    expect([words, body]).toEqual([
      { part: "words", value: 0.4, points: 0.35 },
      { part: "body", value: 0.2, points: null },
    ]);
  });
});
