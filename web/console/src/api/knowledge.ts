/** The knowledge base: shapes and calls as docs/reference/console-api.md fixes them. */
import { download, get, getAsVisitor, patch, post, put, remove, upload } from "./client";
import type { Language, Localised, Page } from "./types";

export const ARTICLE_STATES = ["proposed", "draft", "review", "published", "archived", "dismissed"] as const;
export type ArticleState = (typeof ARTICLE_STATES)[number];
export const SIDES = ["zh", "en"] as const;
export type SideName = (typeof SIDES)[number];
export const CHANNELS = ["web", "app", "wechat", "wecom", "email", "help"] as const;
export type Channel = (typeof CHANNELS)[number];
export type Audience = "public" | "internal";

export interface Side {
  question: string;
  similar: string[];
  /** Markdown. */
  answer: string;
}

export interface ArticleButton {
  title: { zh: string; en: string };
  url?: string | null;
  payload?: string | null;
}

export interface Content {
  zh: Side;
  en: Side;
  buttons: ArticleButton[];
}

export interface Placing {
  category_id: string | null;
  audience: Audience;
  channels: Channel[];
  tags: string[];
  valid_from: string | null;
  valid_until: string | null;
}

export interface ArticleSummary extends Omit<Placing, "category_id"> {
  id: string;
  slug: string;
  /** Of the row, for changes; the words have numbers of their own: `latest` and `live`. */
  version: number;
  state: ArticleState;
  latest: number;
  live: number | null;
  question: Record<SideName, string>;
  languages: SideName[];
  similar: number;
  category: { id: string; name: Localised } | null;
  author: string | null;
  helpful: number;
  unhelpful: number;
  created_at: string;
  updated_at: string;
  published_at: string | null;
}

export interface Origin {
  kind: "mined";
  volume: number;
  conversations: string[];
  answers: string[];
}

export interface Article extends ArticleSummary {
  content: Content;
  origin: Origin | null;
}

export interface ArticlePage extends Page<ArticleSummary> {
  counts: Record<ArticleState | "live", number>;
  tags: string[];
}

export interface ArticleFilter {
  state?: string;
  category?: string;
  tag?: string;
  channel?: string;
  audience?: string;
  lacks?: string;
  q?: string;
}

export type ArticleChange = Partial<Placing> & { content?: Content; slug?: string; comment?: string };

export interface Version {
  number: number;
  content: Content;
  comment: string | null;
  author: string | null;
  at: string;
}

export interface Category {
  id: string;
  name: Localised;
  parent_id: string | null;
  position: number;
  live?: number;
}
export type CategoryDraft = Omit<Category, "id" | "live">;

export interface SynonymSet {
  id: string;
  words: string[];
}

/** A question with where to find it; `fallback`: there is none in the reader's language. */
interface Line {
  id: string;
  slug: string;
  question: string;
  language: SideName;
  fallback: boolean;
  category_id: string | null;
}

export interface Hit extends Line {
  excerpt: string;
  text: string;
  audience: Audience;
  confidence: number;
  matched: string;
  score: number;
  /** Cosines and scores that the score is made of; null where they do not count. */
  parts: Record<"nearest" | "whole" | "words" | "body", number | null>;
}

export interface SearchAnswer {
  items: Hit[];
  good_enough: number;
}

/** An article as the help centre gets it. */
export interface VisitorArticle extends Line {
  html: string;
  text: string;
  buttons: { title: string; url: string | null; says: string | null }[];
  updated_at: string | null;
}

export interface Voice {
  article_id: string;
  slug: string;
  helpful: boolean;
  reason: string | null;
  comment: string | null;
  place: string;
  language: Language;
  conversation_id: string | null;
  at: string;
}

export const IMPORT_ACTIONS = ["create", "update", "unchanged", "refused"] as const;
export type ImportAction = (typeof IMPORT_ACTIONS)[number];

export interface ImportStep {
  place: string;
  action: ImportAction;
  question: string;
  slug: string | null;
  state: ArticleState | "";
  faults: { field: string | null; message: Localised; fix: Localised }[];
}

export interface ImportReport {
  applied: boolean;
  counts: Record<ImportAction, number>;
  items: ImportStep[];
}

/** `publish`: articles that do not say become published; `skip`: go on without what is refused. */
export interface ImportWish {
  apply: boolean;
  publish: boolean;
  skip: boolean;
}

export type ExportFormat = "csv" | "xlsx" | "zip" | "json";

export interface Mining {
  running: boolean;
  last: {
    at: string;
    days: number;
    questions: number;
    clusters: number;
    answered: number;
    proposed: number;
    counted: number;
  } | null;
}

type NoBody = Record<string, never>;
const seg = encodeURIComponent;
const flags = (wish: ImportWish): string =>
  new URLSearchParams(
    Object.entries(wish)
      .filter(([, on]) => on)
      .map(([name]) => [name, "1"]),
  ).toString();

export const articles = {
  list: (filter: ArticleFilter, cursor: string | null, limit: number, signal?: AbortSignal) =>
    get<ArticlePage>("/knowledge/articles", { ...filter, cursor, limit }, signal),
  get: (id: string) => get<Article>(`/knowledge/articles/${seg(id)}`),
  create: (article: ArticleChange) => post<Article>("/knowledge/articles", article),
  change: (id: string, version: number, change: ArticleChange) =>
    patch<Article>(`/knowledge/articles/${seg(id)}`, { version, ...change }),
  move: (id: string, version: number, to: ArticleState) =>
    post<Article>(`/knowledge/articles/${seg(id)}/move`, { version, to }),
  versions: (id: string) => get<{ items: Version[] }>(`/knowledge/articles/${seg(id)}/versions`),
  restore: (id: string, version: number, number: number) =>
    post<Article>(`/knowledge/articles/${seg(id)}/restore`, { version, number }),
  preview: (markdown: string) => post<{ html: string; text: string }>("/knowledge/preview", { markdown }),
  asVisitor: (id: string, language: Language) =>
    getAsVisitor<VisitorArticle>(`/knowledge/articles/${seg(id)}`, language),
};

export const categories = {
  list: () => get<{ items: Category[] }>("/knowledge/categories"),
  create: (draft: CategoryDraft) => post<Category>("/knowledge/categories", draft),
  change: (id: string, draft: Partial<CategoryDraft>) =>
    patch<Category>(`/knowledge/categories/${seg(id)}`, draft),
  remove: (id: string) => remove<NoBody>(`/knowledge/categories/${seg(id)}`),
};

export const synonyms = {
  list: () => get<{ items: SynonymSet[] }>("/knowledge/synonyms"),
  create: (draft: { words: string[] }) => post<SynonymSet>("/knowledge/synonyms", draft),
  change: (id: string, draft: { words?: string[] }) =>
    put<SynonymSet>(`/knowledge/synonyms/${seg(id)}`, draft),
  remove: (id: string) => remove<NoBody>(`/knowledge/synonyms/${seg(id)}`),
};

export interface SearchQuery {
  q: string;
  language: Language;
  channel?: string | null;
  /** As a visitor would find it: without what is for the house. */
  public?: 1 | undefined;
  limit?: number;
}

export const knowledge = {
  search: (query: SearchQuery, signal?: AbortSignal) =>
    get<SearchAnswer>("/knowledge/search", { ...query }, signal),
  feedback: (filter: { article_id?: string; helpful?: 0 | 1 | null; cursor?: string | null }) =>
    get<Page<Voice>>("/knowledge/feedback", filter),
  importFiles: (files: readonly File[], wish: ImportWish) =>
    upload<ImportReport>(`/knowledge/import?${flags(wish)}`, files),
  importPage: (url: string, wish: ImportWish) =>
    post<ImportReport>("/knowledge/import-page", { url, ...wish }),
  export: (format: ExportFormat, filter: ArticleFilter) =>
    download("/knowledge/export", { format, ...filter }),
  mining: () => get<Mining>("/knowledge/mining"),
  mine: (days: number) => post<{ started: boolean }>("/knowledge/mining", { days }),
};
