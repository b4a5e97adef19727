/** The list of articles: its filter lives in the address, its order on this page. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";

import type { ArticleFilter, ArticleSummary } from "../api/knowledge";

export const SORTS = ["newest", "oldest", "question", "helpful", "unhelpful"] as const;
export type Sort = (typeof SORTS)[number];

const NAMES = ["state", "category", "tag", "channel", "audience", "lacks", "q"] as const;

export function filterOf(query: LocationQuery): ArticleFilter {
  const found: ArticleFilter = {};
  for (const name of NAMES) {
    const value = query[name];
    if (typeof value === "string" && value) found[name] = value;
  }
  return found;
}

export function sortOf(query: LocationQuery): Sort {
  const asked = query["sort"] as Sort;
  return SORTS.includes(asked) ? asked : "newest";
}

export function queryOf(filter: ArticleFilter, sort: Sort): LocationQueryRaw {
  const query: LocationQueryRaw = {};
  for (const name of NAMES) if (filter[name]) query[name] = filter[name];
  if (sort !== "newest") query["sort"] = sort;
  return query;
}

/** As the list comes: proposals and what was put aside have pages and filters of their own. */
export const USUAL_STATES = "draft,review,published,archived";

const titleOf = (article: ArticleSummary, language: string): string =>
  (language === "en" ? article.question.en || article.question.zh : article.question.zh) ||
  article.question.en;

/** `language`: of the questions, for their order. */
export function sorted(
  items: readonly ArticleSummary[],
  sort: Sort,
  language: "zh" | "en",
): readonly ArticleSummary[] {
  const order: Record<Exclude<Sort, "newest">, (a: ArticleSummary, b: ArticleSummary) => number> = {
    oldest: (a, b) => a.updated_at.localeCompare(b.updated_at),
    question: (a, b) => titleOf(a, language).localeCompare(titleOf(b, language), language),
    helpful: (a, b) => b.helpful - a.helpful,
    unhelpful: (a, b) => b.unhelpful - a.unhelpful,
  };
  return sort === "newest" ? items : [...items].sort(order[sort]);
}
