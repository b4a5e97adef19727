/** The bot's training examples: shapes and calls of the trainer's desk. */
import { ApiError, get, post, put, remove } from "./client";
import type { EmotionName } from "./types";

export const EMOTIONS: readonly EmotionName[] = ["neutral", "happy", "anxious", "disappointed", "angry"];

export interface Example {
  /** Of what it says and where: a changed example has another. */
  id: string;
  intent: string;
  /** With entities marked as [words](entity). */
  text: string;
  /** As a visitor would write it. */
  plain: string;
  emotion: EmotionName | null;
  language: "zh-Hans" | "zh-Hant" | "en";
  file: string;
  line: number;
  /** False where it stands in a form that is only changed in its file. */
  editable: boolean;
}

export interface Words {
  text: string;
  intent: string;
  emotion: string;
}

/** One fault that the linter finds in the index-th of what was sent. */
export interface Refusal {
  index: number;
  field: "text" | "intent" | "emotion";
  kind: string;
  what: string;
  fix: string;
  /** The example that is in the way. */
  other: Example | null;
}

export interface IntentCount {
  name: string;
  count: number;
  zh: number;
  zh_hant: number;
  en: number;
  emotions: Record<EmotionName, number>;
  /** In words, what the linter misses. */
  lacks: string[];
}

export interface Summary {
  total: number;
  intents: IntentCount[];
  emotions: { name: EmotionName; count: number; lacks: string[] }[];
  /** Those that are marked most come first. */
  entities: string[];
  files: string[];
  writable: boolean;
  folder: string;
}

export interface ExampleFilter {
  intent?: string;
  emotion?: string;
  language?: string;
  file?: string;
  q?: string;
}

export interface Shared {
  text: string;
  is_word: boolean;
  share: number;
}

export interface Neighbour extends Example {
  /** 0 to 1: the mean of meaning and words, or words alone. */
  similarity: number;
  meaning: number | null;
  words: number;
  shared: Shared[];
}

export interface Nearest {
  /** The one spelling that the classifiers read, and its words. */
  normalised: string;
  tokens: string[];
  by_meaning: boolean;
  neighbours: Neighbour[];
  leaning: { intent: string; share: number } | null;
  disagrees: boolean;
}

interface Saved {
  saved: Example[];
}

export const PAGE = 50;

export const examples = {
  list: (filter: ExampleFilter, offset = 0, signal?: AbortSignal) =>
    get<{ items: Example[]; total: number }>("/examples", { ...filter, offset, limit: PAGE }, signal),
  summary: () => get<Summary>("/examples/summary"),
  add: (words: readonly Words[]) => post<Saved>("/examples", { examples: words }),
  check: (words: readonly Words[]) =>
    post<{ refused: Refusal[] }>("/examples", { examples: words, check: true }),
  change: (id: string, words: Words) => put<Saved>(`/examples/${id}`, words),
  remove: (id: string) => remove<Saved>(`/examples/${id}`),
  nearest: (text: string, intent: string | null) => post<Nearest>("/examples/nearest", { text, intent }),
};

/** What the linter said of a call that failed; nothing when it failed for another reason. */
export function refusalsOf(error: unknown): Refusal[] {
  const body = error instanceof ApiError ? (error.body as { refused?: Refusal[] } | null) : null;
  return body?.refused ?? [];
}
