/** The life of an article as the service has it (knowledge/states.py), and how its states look. */
import type { ArticleState, ImportAction } from "../api/knowledge";
import type { Role } from "../api/types";
import type { Tone } from "../shell/TagChip.vue";

const EDITORS: readonly Role[] = ["trainer", "supervisor", "admin"];

export const mayEdit = (role: Role | undefined): boolean => role !== undefined && EDITORS.includes(role);

/** In the order of the buttons: what is most likely wanted stands first. */
export const MOVES: Record<ArticleState, readonly ArticleState[]> = {
  proposed: ["draft", "dismissed"],
  draft: ["published", "review", "archived"],
  review: ["published", "draft", "archived"],
  published: ["archived"],
  archived: ["draft"],
  dismissed: ["draft"],
};

/** What the button says: the same state is reached for different reasons. */
export function moveWord(from: ArticleState, to: ArticleState): string {
  if (to !== "draft") return `knowledge.move.${to}`;
  if (from === "proposed") return "knowledge.move.take";
  return from === "review" ? "knowledge.move.sendBack" : "knowledge.move.reopen";
}

export const ARTICLE_TONE: Record<ArticleState, Tone> = {
  proposed: "violet",
  draft: "warn",
  review: "info",
  published: "ok",
  archived: "plain",
  dismissed: "plain",
};

export const ACTION_TONE: Record<ImportAction, Tone> = {
  create: "ok",
  update: "info",
  unchanged: "plain",
  refused: "bad",
};
