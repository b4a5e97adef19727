/** Pure work on a list of messages in the order of their positions. */
import type { Message } from "../api/types";

export function newestPosition(messages: readonly Message[]): number {
  return messages.at(-1)?.position ?? 0;
}

/** What the visitor wrote last, or nothing. */
export function lastAsked(messages: readonly Message[]): string {
  const found = messages.findLast(
    ({ author, content }) => author.kind === "visitor" && content.type === "text",
  );
  return found?.content.type === "text" ? found.content.text : "";
}

/** Adds messages in their places; one that is already there is replaced, so applying twice changes nothing. */
export function insertMessages(known: readonly Message[], added: readonly Message[]): Message[] {
  const last = known.at(-1);
  const only = added.length === 1 ? added[0] : undefined;
  if (only && (!last || only.position > last.position)) return [...known, only];
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of added) byId.set(message.id, message);
  return [...byId.values()].sort((left, right) => left.position - right.position);
}

/** The visitor has read everything up to one `seq`, and has received everything up to another. */
export function markReceived(messages: readonly Message[], read: number, delivered: number): Message[] {
  return messages.map((message) => {
    if (message.seq === null || message.author.kind === "visitor") return message;
    const isRead = Boolean(message.read) || message.seq <= read;
    const isDelivered = isRead || Boolean(message.delivered) || message.seq <= delivered;
    const isKnown = isRead === Boolean(message.read) && isDelivered === Boolean(message.delivered);
    return isKnown ? message : { ...message, read: isRead, delivered: isDelivered };
  });
}

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "conversation"; key: string; id: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "message"; key: string; message: Message; isFirstOfGroup: boolean; isLastOfGroup: boolean };

/** Messages of one author within this time stand together under one name. */
const GROUP_MS = 3 * 60_000;

/** What the transcript draws: separators of days and conversations, and messages grouped by author. */
export function rowsOf(messages: readonly Message[], current: string, unreadAfter: number | null): Row[] {
  const rows: Row[] = [];
  let before: Message | null = null;
  messages.forEach((message, index) => {
    const startsDay = !before || dayOf(before.created_at) !== dayOf(message.created_at);
    const startsConversation = before !== null && before.conversation_id !== message.conversation_id;
    if (startsConversation || (!before && message.conversation_id !== current)) {
      const { conversation_id: id, created_at: at } = message;
      rows.push({ kind: "conversation", key: `conversation-${id}-${message.position}`, id, at });
    }
    if (startsDay) rows.push({ kind: "day", key: `day-${message.position}`, at: message.created_at });
    const startsUnread =
      unreadAfter !== null &&
      message.position > unreadAfter &&
      (before?.position ?? 0) <= unreadAfter &&
      before !== null;
    if (startsUnread) rows.push({ kind: "unread", key: "unread" });
    const breaks = startsDay || startsConversation || startsUnread;
    const next = messages[index + 1];
    rows.push({
      kind: "message",
      key: message.id,
      message,
      isFirstOfGroup: breaks || !before || !isTogether(before, message),
      isLastOfGroup: !next || !isTogether(message, next),
    });
    before = message;
  });
  return rows;
}

function isTogether(earlier: Message, later: Message): boolean {
  return (
    earlier.author.kind === later.author.kind &&
    earlier.author.id === later.author.id &&
    earlier.internal === later.internal &&
    earlier.content.type !== "event" &&
    later.content.type !== "event" &&
    Date.parse(later.created_at) - Date.parse(earlier.created_at) < GROUP_MS
  );
}

function dayOf(at: string): string {
  return new Date(at).toDateString();
}
