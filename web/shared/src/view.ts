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
}

export const countsAsUnread = ({ author, content }: Message): boolean =>
  (author.kind === "bot" || author.kind === "agent") && content.type !== "event";

/** The seq up to which everything has been read, when `unread` of the newest have not. */
export const readUpTo = (messages: readonly Message[], unread: number, cursor: number): number => {
  if (unread <= 0) return cursor;
  const theirs = messages.filter(countsAsUnread);
  const first = theirs[Math.max(0, theirs.length - unread)];
  return first ? first.seq - 1 : cursor;
};
