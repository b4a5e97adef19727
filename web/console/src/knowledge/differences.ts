/** Two contents of an article, part by part: what a person compares before deciding. Pure. */
import { type ArticleButton, type Content, SIDES, type SideName } from "../api/knowledge";
import { type Line, lines } from "./diff";

export interface Difference {
  side: SideName | null;
  part: "question" | "similar" | "answer" | "buttons";
  lines: Line[];
}

const lineOf = ({ title, url, payload }: ArticleButton): string =>
  `${[title.zh, title.en].filter(Boolean).join(" / ")} → ${url ?? payload ?? ""}`;

/** Only what differs. */
export function differences(before: Content, after: Content): Difference[] {
  const found: Difference[] = SIDES.flatMap((side) =>
    (["question", "similar", "answer"] as const).map((part) => {
      const text = (content: Content): string => [content[side][part]].flat().join("\n");
      return { side, part, lines: lines(text(before), text(after)) };
    }),
  );
  const buttons = (content: Content): string => (content.buttons ?? []).map(lineOf).join("\n");
  found.push({ side: null, part: "buttons", lines: lines(buttons(before), buttons(after)) });
  return found.filter((difference) => difference.lines.some(({ kind }) => kind !== "same"));
}
