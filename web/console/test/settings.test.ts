import { describe, expect, it } from "vitest";

import { contrast } from "../src/settings/colour";
import { nextRange, overlaps, readClock } from "../src/settings/hours";

describe("opening hours", () => {
  it("are read as people write times", () => {
    expect(["9", "930", "9:30", "09：30", "0"].map((text) => readClock(text, false))).toEqual([
      "09:00",
      "09:30",
      "09:30",
      "09:30",
      "00:00",
    ]);
    expect(["0", "24", "24:00"].map((text) => readClock(text, true))).toEqual(["24:00", "24:00", "24:00"]);
    expect(["24", "25:00", "9:75", "noon", ""].map((text) => readClock(text, false))).toEqual(
      Array(5).fill(null),
    );
  });

  it("may touch and may pass midnight, but not overlap", () => {
    expect(
      overlaps([
        ["09:00", "12:00"],
        ["12:00", "18:00"],
      ]),
    ).toBe(false);
    expect(
      overlaps([
        ["13:00", "18:00"],
        ["09:00", "13:30"],
      ]),
    ).toBe(true);
    expect(overlaps([["22:00", "02:00"]])).toBe(false);
    expect(
      overlaps([
        ["18:00", "02:00"],
        ["20:00", "21:00"],
      ]),
    ).toBe(true);
  });

  it("propose a further range after the last", () => {
    expect(nextRange([])).toEqual(["09:00", "18:00"]);
    expect(nextRange([["09:00", "12:00"]])).toEqual(["13:00", "16:00"]);
    expect(nextRange([["09:00", "24:00"]])).toEqual(["23:00", "24:00"]);
  });
});

describe("colours", () => {
  it("have the contrast that the guidelines count", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#ffffff", "#767676")).toBeCloseTo(4.54, 2);
  });
});
