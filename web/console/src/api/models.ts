/** The bot's models: shapes and calls of the trainer's desk. */
import { get, post, remove } from "./client";
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
  /** As colleagues know whoever asked; null for the command line. */
  asked_by_name: string | null;
  asked_at: string;
  state: ReleaseState;
  detail: string | null;
  settled_at: string | null;
}

export interface Training {
  id: string;
  /** Null for one that a start began, because the data had changed: its model takes over by itself. */
  asked_by: string | null;
  asked_at: string;
  state: "asked" | "running" | "done" | "failed" | "cancelled";
  percent: number | null;
  /** What it is at, in English. */
  step: string;
  /** The model that came of it. */
  model: string | null;
  /** Why it failed: the end of its log. */
  detail: string;
}

/** The training data as it is now. */
export interface PresentData {
  /** The name that a model of it has. */
  model: string;
  is_trained: boolean;
  /** Examples that were changed from here since the live model was trained; null where nobody knows. */
  changes: number | null;
}

export interface ModelList {
  live: string | null;
  /** False where the bot is run elsewhere: nothing can be released from here. */
  can_release: boolean;
  /** How far the last release is, as the supervisor reports. */
  release: { id: number; model: string; state: string; detail: string | null } | null;
  models: Model[];
  history: Release[];
  data: PresentData;
  training: Training | null;
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
  train: () => post<Training>("/models/train"),
  cancelTraining: () => remove("/models/train"),
  understand: (text: string) => post<Understanding>("/models/try", { text }),
};
