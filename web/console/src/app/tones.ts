/** Which tone a word of the domain has; the same everywhere. */
import type { Availability, ConversationState, EmotionName, TicketPriority, TicketState } from "../api/types";
import type { Tone } from "../shell/TagChip.vue";

export const EMOTION_TONE: Record<EmotionName, Tone> = {
  neutral: "plain",
  happy: "ok",
  anxious: "warn",
  disappointed: "violet",
  angry: "bad",
};

export const STATE_TONE: Record<ConversationState, Tone> = {
  bot: "violet",
  waiting: "warn",
  agent: "ok",
  closed: "plain",
};

export const TICKET_TONE: Record<TicketState, Tone> = {
  open: "warn",
  in_progress: "primary",
  waiting: "violet",
  resolved: "ok",
  closed: "plain",
};

export const PRIORITY_TONE: Record<TicketPriority, Tone> = {
  low: "plain",
  normal: "plain",
  high: "warn",
  urgent: "bad",
};

export const AVAILABILITY_COLOUR: Record<Availability, string> = {
  online: "var(--ok-solid)",
  away: "var(--warn-solid)",
  offline: "var(--line-strong)",
};

export const REASON_TONE: Record<string, Tone> = {
  asked: "info",
  failed: "warn",
  angry: "bad",
  bot_down: "violet",
  agent_lost: "bad",
  transfer: "primary",
};
