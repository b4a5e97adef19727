import { describe, expect, it } from "vitest";

import type { FoundEntity, ModelList, Release } from "../src/api/models";
import { stretches } from "../src/training/highlight";
import { backTo, shortName, underWay } from "../src/training/releases";

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
