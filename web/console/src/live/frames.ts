/** Frames of the console socket (docs/reference/console-api.md, Socket). */
import type {
  BoardAgent,
  BotStatus,
  Me,
  Message,
  Packet,
  QueueItem,
  Summary,
  TicketSummary,
} from "../api/types";

interface EventBase {
  type: "event";
  seq: number;
  at: string;
}

/** One entry of this person's stream; `seq` grows by one and has no gaps. */
export type StreamEvent = EventBase &
  (
    | { kind: "message"; data: { message: Message | null; conversation: Summary | null } }
    | { kind: "conversation"; data: { conversation: Summary | null } }
    | {
        kind: "assigned";
        data: {
          conversation: Summary | null;
          packet: Packet | null;
          how: "auto" | "accept" | "transfer" | "takeover";
        };
      }
    | {
        kind: "unassigned";
        data: {
          conversation: Summary | null;
          why: "transfer" | "agent_lost" | "takeover" | "closed" | "returned_to_bot";
        };
      }
    | { kind: "ticket"; data: { ticket?: TicketSummary } }
  );

export interface HelloFrame {
  type: "hello";
  cursor: number;
  me: Me;
  bot: BotStatus;
}

/** Frames that carry a present state and may be lost: the next one makes good. */
export type HintFrame =
  | { type: "queue"; waiting: number; items: QueueItem[] }
  | { type: "presence"; agents: BoardAgent[] }
  | { type: "typing"; conversation_id: string; author: { kind: string; name: string }; on: boolean }
  | { type: "read"; conversation_id: string; seq: number; delivered?: number }
  | { type: "bot"; bot: BotStatus }
  | { type: "watch"; message: Message };

export type ServerFrame =
  | HelloFrame
  | StreamEvent
  | HintFrame
  | { type: "resync"; cursor: number }
  | { type: "pong" }
  | { type: "error"; error: string; message?: string };

export type ClientFrame =
  | { type: "ping" }
  | { type: "typing"; conversation_id: string; on: boolean }
  | { type: "read"; conversation_id: string; position: number }
  | { type: "watch"; conversation_id: string | null; after?: number };
