/** Opening hours as people edit them. Pure. A range that ends at or before its start goes on past midnight. */
import type { HoursRange } from "../api/types";

const DAY = 24 * 60;

/** "9", "930", "9:30" and "0930" as "HH:MM"; null for what is no time. The end of a day is 24:00. */
export function readClock(text: string, isEnd: boolean): string | null {
  const found = /^(\d{1,2})(?:[:：.]?(\d{2}))?$/.exec(text.trim());
  if (!found) return null;
  const hours = Number(found[1]);
  const rest = Number(found[2] ?? 0);
  if (rest > 59 || hours > 24 || (hours === 24 && (rest > 0 || !isEnd))) return null;
  return isEnd && hours === 0 && rest === 0 ? "24:00" : clockOf(hours * 60 + rest);
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
  return [clockOf(start), clockOf(Math.min(start + 180, DAY))];
}

function minutes(clock: string): number {
  const [hours = 0, rest = 0] = clock.split(":").map(Number);
  return hours * 60 + rest;
}

function clockOf(at: number): string {
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}
