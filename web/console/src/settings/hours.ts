/** Opening hours as people edit them. Pure. A range that ends at or before its start goes on past midnight. */
import type { HoursRange } from "../api/types";

const DAY = 24 * 60;

/** A time field knows no 24:00; as an end, 00:00 means the same. */
export const shownEnd = (end: string): string => (end === "24:00" ? "00:00" : end);
export const storedEnd = (end: string): string => (end === "00:00" ? "24:00" : end);

function minutes(clock: string): number {
  const [hours = 0, rest = 0] = clock.split(":").map(Number);
  return hours * 60 + rest;
}

export function overlaps(ranges: readonly HoursRange[]): boolean {
  const spans = ranges
    .map(([from, to]) => {
      const start = minutes(from);
      const end = minutes(to);
      return { start, end: end <= start ? end + DAY : end };
    })
    .sort((left, right) => left.start - right.start);
  return spans.some((span, index) => index > 0 && span.start < spans[index - 1]!.end);
}

/** A range to begin with: after the last one, or office hours. */
export function nextRange(ranges: readonly HoursRange[]): HoursRange {
  const last = ranges.at(-1);
  if (!last) return ["09:00", "18:00"];
  const start = Math.min(minutes(last[1]) + 60, DAY - 60);
  const clock = (at: number): string =>
    `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
  return [clock(start), storedEnd(clock((start + 180) % DAY))];
}
