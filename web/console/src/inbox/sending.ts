/** May a reply leave now, and if not, why: the one rule that keeps people from answering what they have not read. */
import type { Summary } from "../api/types";
import type { LineState } from "../live/socket";

export type Block = "notConnected" | "behind" | "notYours" | "inQueue" | "withBot" | "closed" | "cannotReply";

export interface Situation {
  line: LineState;
  summary: Summary | undefined;
  /** The highest position that the transcript shows. */
  newest: number;
  isLoaded: boolean;
  me: string | undefined;
  /** What the service said when the surroundings were loaded, and for which version of the conversation. */
  mayReply: boolean | null;
  mayReplyVersion: number | null;
}

export function blockOf(mode: "reply" | "note", situation: Situation): Block | null {
  const { summary } = situation;
  if (mode === "reply" && summary) {
    const block = ownership(summary, situation);
    if (block) return block;
  }
  if (situation.line === "behind") return "behind";
  if (situation.line !== "live") return "notConnected";
  if (!summary || !situation.isLoaded || isBehind(situation)) return "behind";
  return null;
}

/** The list knows of a newer message than the transcript shows. */
export function isBehind({ summary, newest, isLoaded }: Situation): boolean {
  return isLoaded && (summary?.last?.position ?? 0) > newest;
}

function ownership(summary: Summary, { me, mayReply, mayReplyVersion }: Situation): Block | null {
  if (summary.state === "closed") return "closed";
  if (summary.state === "waiting") return "inQueue";
  if (summary.state === "bot") return "withBot";
  if (summary.agent?.id !== me) return "notYours";
  return mayReply === false && mayReplyVersion === summary.version ? "cannotReply" : null;
}
