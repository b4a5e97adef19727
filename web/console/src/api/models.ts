/** The bot's models: shapes and calls of the trainer's desk. */
import { get, post } from "./client";
import type { EmotionName } from "./types";

export interface Model {
  /** The name of its file. */
  name: string;
  /** Bytes. */
  size: number;
  trained_at: string;
}

export type ReleaseState = "asked" | "live" | "failed";

export interface Release {
  id: number;
  model: string;
  /** The model that answered until then. */
  before: string | null;
  asked_by: string | null;
  asked_at: string;
  state: ReleaseState;
  detail: string | null;
  settled_at: string | null;
}

export interface ModelList {
  live: string | null;
  /** False where the bot is run elsewhere: nothing can be released from here. */
  can_release: boolean;
  /** How far the last release is, as the supervisor reports. */
  release: { id: number; model: string; state: string; detail: string | null } | null;
  models: Model[];
  history: Release[];
}

export interface Guess {
  name: string;
  confidence: number;
}

export interface FoundEntity {
  entity: string;
  value: unknown;
  /** Characters of the text, the first counted and the last not; null when it lies in no place. */
  start: number | null;
  end: number | null;
}

/** What the model understands of a sentence (docs/reference/bot-wire.md). */
export interface Understanding {
  text: string;
  language: "zh" | "en" | null;
  script: "Hans" | "Hant" | null;
  intent: Guess;
  ranking: Guess[];
  entities: FoundEntity[];
  emotion: { name: EmotionName; confidence: number };
  /** How familiar a text of this kind is, 0 to 1; older models do not say. */
  scope?: number;
}

export const models = {
  list: () => get<ModelList>("/models"),
  release: (model: string) => post<Release>("/models/release", { model }),
  rollback: () => post<Release>("/models/rollback"),
  understand: (text: string) => post<Understanding>("/models/try", { text }),
};
