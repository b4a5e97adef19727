import { describe, expect, it } from "vitest";

import type { FoundEntity, Model, ModelList, PresentData, Release } from "../src/api/models";
import { filterOf } from "../src/training/filter";
import { markedOf, stretches } from "../src/training/highlight";
import { linesOf, mark, pieces, plainOf, unmark } from "../src/training/marking";
import { backTo, isNew, isTraining, need, shortName, underWay } from "../src/training/releases";

const entity = (start: number | null, end: number | null, name = "order_number"): FoundEntity => ({
  entity: name,
  value: "",
  start,
  end,
});
const shown = (text: string, entities: FoundEntity[]): string[] =>
  stretches(text, entities).map((piece) => (piece.entity ? `[${piece.text}]` : piece.text));

describe("entities in a sentence", () => {
  it("are cut out where they stand, in any order", () => {
    expect(shown("订单K1到了吗 K2", [entity(8, 10), entity(2, 4)])).toEqual([
      "订单",
      "[K1]",
      "到了吗 ",
      "[K2]",
    ]);
  });

  it("are found behind characters that are two here and one for the bot", () => {
    expect(shown("😀😀订单K1", [entity(4, 6)])).toEqual(["😀😀订单", "[K1]"]);
  });

  it("that overlap, have no place or lie outside are left to the text", () => {
    expect(shown("abcdef", [entity(1, 4), entity(2, 3), entity(null, null), entity(4, 99)])).toEqual([
      "a",
      "[bcd]",
      "ef",
    ]);
    expect(shown("", [])).toEqual([]);
  });
});

const release = (id: number, model: string, before: string | null, state: Release["state"]): Release => ({
  id,
  model,
  before,
  state,
  asked_by: null,
  asked_by_name: null,
  asked_at: "",
  detail: null,
  settled_at: null,
});
const listOf = (live: string | null, history: Release[], told: ModelList["release"] = null): ModelList => ({
  live,
  can_release: live !== null,
  release: told,
  models: [],
  history,
  data: { model: "d", is_trained: false, changes: null },
  training: null,
});

describe("a sentence as an example", () => {
  it("has a mark for each entity that examples may have", () => {
    const found = [entity(0, 2, "product"), entity(4, 6, "language")];
    expect(markedOf("耳机坏了K1", found, new Set(["product"]))).toBe("[耳机](product)坏了K1");
  });
});

describe("marked texts", () => {
  const text = '退[耳机](product)和[K1]{"entity": "order_number"}吧';

  it("are cut into words and marks that make up the whole", () => {
    expect(pieces(text).map(({ text: part, entity: name }) => [part, name])).toEqual([
      ["退", null],
      ["耳机", "product"],
      ["和", null],
      ["K1", "order_number"],
      ["吧", null],
    ]);
    expect(
      pieces(text)
        .map(({ start, end }) => text.slice(start, end))
        .join(""),
    ).toBe(text);
    expect(plainOf(text)).toBe("退耳机和K1吧");
    expect(pieces("")).toEqual([]);
  });

  it("get a mark where something was selected, without the blanks around it", () => {
    expect(mark("I want a  headset now", 8, 18, "product")).toBe("I want a  [headset](product) now");
    expect(mark("退耳机", 1, 3, "product")).toBe("退[耳机](product)");
    expect(mark("costs $& and $1", 6, 8, "price")).toBe("costs [$&](price) and $1");
  });

  it("get none over another one, over brackets, or of nothing", () => {
    expect(mark(text, 0, 3, "product")).toBeNull();
    expect(mark("a [b", 0, 4, "product")).toBeNull();
    expect(mark("退 货", 1, 2, "product")).toBeNull();
    expect(mark("退货", 1, 1, "product")).toBeNull();
  });

  it("lose a mark and keep its words", () => {
    expect(unmark(text, pieces(text)[1]!)).toBe('退耳机和[K1]{"entity": "order_number"}吧');
  });
});

describe("pasted lines", () => {
  it("are examples without bullets, numbers, quotes and empty lines", () => {
    expect(linesOf('- 退货\r\n\n2. where is it\n“要退款”\n"hi"\n  7天无理由 \n3C 产品')).toEqual([
      "退货",
      "where is it",
      "要退款",
      "hi",
      "7天无理由",
      "3C 产品",
    ]);
    expect(linesOf("  \n ")).toEqual([]);
  });
});

describe("the filter in the address", () => {
  it("is what it knows, once and not empty", () => {
    expect(filterOf({ intent: "greet", q: "", file: ["a", "b"], other: "x", emotion: "angry" })).toEqual({
      intent: "greet",
      emotion: "angry",
    });
  });
});

describe("what is to be done about the data", () => {
  const of = (live: string, data: PresentData): ModelList => ({ ...listOf(live, []), data });

  it("is nothing, a release or a training", () => {
    expect(need(of("a", { model: "a", is_trained: true, changes: 3 }))).toEqual({ kind: "known" });
    expect(need(of("a", { model: "b", is_trained: true, changes: 3 }))).toEqual({
      kind: "ready",
      model: "b",
    });
    expect(need(of("a", { model: "b", is_trained: false, changes: 3 }))).toEqual({
      kind: "changed",
      count: 3,
    });
    expect(need(of("a", { model: "b", is_trained: false, changes: 0 }))).toEqual({ kind: "other" });
    expect(need(of("a", { model: "b", is_trained: false, changes: null }))).toEqual({ kind: "other" });
  });

  it("waits for a training that was asked for or runs", () => {
    const training = { id: "1", asked_by: "", asked_at: "", percent: 1, step: "", model: null, detail: "" };
    const states = ["asked", "running", "done", "failed", "cancelled"] as const;
    const going = states.filter((state) =>
      isTraining({ ...listOf("a", []), training: { ...training, state } }),
    );
    expect(going).toEqual(["asked", "running"]);
    expect(isTraining(null)).toBe(false);
  });

  it("shows a model as new until somebody was answered by it", () => {
    const model = (name: string, day: number): Model => ({ name, size: 1, trained_at: `2026-01-0${day}` });
    const models = [model("c", 3), model("b", 2), model("a", 1)];
    const list = { ...listOf("b", [release(1, "b", "a", "live")]), models };
    expect(models.filter((one) => isNew(one, list)).map(({ name }) => name)).toEqual(["c"]);
  });
});

describe("releases", () => {
  it("are under way until they have ended", () => {
    const asked = release(2, "b", "a", "asked");
    expect(underWay(listOf("a", [asked]))).toBe(asked);
    expect(underWay(listOf("a", [release(2, "b", "a", "failed")]))).toBeNull();
    expect(underWay(listOf("b", [asked], { id: 2, model: "b", state: "live", detail: null }))).toBeNull();
  });

  it("lead back to the model that answered before the present one", () => {
    const history = [
      release(3, "c", "b", "failed"),
      release(2, "b", "a", "live"),
      release(1, "a", null, "live"),
    ];
    expect(backTo(listOf("b", history))).toBe("a");
    expect(backTo(listOf("a", history))).toBeNull();
    expect(backTo(listOf(null, []))).toBeNull();
  });

  it("have names without what all names end with", () => {
    expect(shortName("keting-1c38.tar.gz")).toBe("keting-1c38");
  });
});
