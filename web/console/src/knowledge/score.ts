/** What the score of a search result is made of (docs/knowledge.md, Searching). Pure. */
import type { Hit } from "../api/knowledge";

export const PARTS = ["nearest", "whole", "words", "body"] as const;
export type Part = (typeof PARTS)[number];

const MEANING = { nearest: 1 / 3, whole: 2 / 3 } as const;

export interface Share {
  part: Part;
  /** As it was measured: cosines of the meanings, shares of a perfect match of the words. */
  value: number;
  /** What of it is in the score; null: it is in that of the words. */
  points: number | null;
}

/** Words count beside the best result of the search, so their points are what the meanings leave of the score. */
export function sharesOf({ parts, score }: Hit): Share[] {
  const { nearest, whole } = parts;
  const meaning = (nearest ?? 0) * MEANING.nearest + (whole ?? 0) * MEANING.whole;
  const points: Record<Part, number | null> = {
    nearest: (nearest ?? 0) * MEANING.nearest,
    whole: (whole ?? 0) * MEANING.whole,
    words: Math.max(0, score - meaning),
    body: null,
  };
  return PARTS.flatMap((part): Share[] => {
    const value = parts[part];
    return value === null ? [] : [{ part, value, points: points[part] }];
  });
}
