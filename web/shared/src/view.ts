import type { LinkStatus } from "./link.ts";
import type { Pending } from "./outbox.ts";
import type { Message, Session, State } from "./protocol.ts";
import type { Typist } from "./typing.ts";
import type { Upload } from "./uploads.ts";

/** Everything a user interface shows; a new object after every change. */
export interface View {
  /** `refused`: this page is not on the service's list of origins. */
  phase: "idle" | "opening" | "ready" | "refused";
  link: LinkStatus;
  session: Session | null;
  state: State | null;
  messages: readonly Message[];
  pending: readonly Pending[];
  uploads: readonly Upload[];
  typing: Typist | null;
  hasMore: boolean;
  loadingOlder: boolean;
  unread: number;
  readSeq: number;
  /** Grows with each thing the visitor does that belongs at the end of the history: show the end. */
  acts: number;
  /** The service that the visitor does not want to be asked about. */
  dismissed: string | null;
}

/** News of a ticket: what somebody wrote on it, or its new state. */
const isTicketNews = ({ content }: Message): boolean =>
  content.type === "event" && content.name === "ticket_updated";

/** What the visitor should notice; the service counts the same (docs/reference/visitor-protocol.md). */
export const countsAsUnread = (message: Message): boolean =>
  message.author.kind === "bot" || message.author.kind === "agent" || isTicketNews(message);

/** An answer that somebody wrote on a ticket, and who; null for every other message. */
export const ticketReply = ({ content }: Message): TicketReply | null => {
  if (content.type !== "event" || content.name !== "ticket_updated") return null;
  const { number, comment, agent } = content.data as {
    number?: unknown;
    comment?: unknown;
    agent?: { name?: string; avatar?: string | null };
  };
  if (typeof comment !== "string" || !comment) return null;
  return {
    number: String(number ?? ""),
    text: comment,
    name: agent?.name ?? "",
    avatar: agent?.avatar ?? null,
  };
};
export interface TicketReply {
  number: string;
  text: string;
  name: string;
  avatar: string | null;
}

/**
 * The event says again what the bot has just said.  A handoff that the bot announces is committed together
 * with its words, so both have the same time; one that the visitor asked for by the button has not.
 */
export const isRepetition = (message: Message, before: Message | undefined): boolean =>
  message.content.type === "event" &&
  message.content.name === "waiting" &&
  before?.author.kind === "bot" &&
  before.conversation_id === message.conversation_id &&
  before.created_at === message.created_at;

/** The seq up to which everything has been read, when `unread` of the newest have not. */
export const readUpTo = (messages: readonly Message[], unread: number, cursor: number): number => {
  if (unread <= 0) return cursor;
  const theirs = messages.filter(countsAsUnread);
  const first = theirs[Math.max(0, theirs.length - unread)];
  return first ? first.seq - 1 : cursor;
};
