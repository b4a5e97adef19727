/**
 * Shapes of the console API, as docs/reference/console-api.md fixes them.
 * Times are ISO 8601 UTC strings. `position` counts every entry of a visitor, notes included, over all conversations;
 * `seq` counts what the visitor sees.
 */

export type Language = "zh" | "zh-Hant" | "en";
export type Role = "agent" | "staff" | "supervisor" | "trainer" | "admin";
export type Availability = "online" | "away" | "offline";
export type ConversationState = "bot" | "waiting" | "agent" | "closed";
export type EmotionName = "neutral" | "happy" | "anxious" | "disappointed" | "angry";
export type CloseReason = "solved" | "no_answer" | "spam" | "other";
export type ListView = "mine" | "queue" | "all" | "closed";

export interface Me {
  id: string;
  username: string;
  name: string;
  avatar: string | null;
  role: Role;
  /** Null until the person chooses one. */
  language: Language | null;
  availability: Availability;
  capacity: number;
  open: number;
  groups: string[];
}

export interface BotStatus {
  stage: "absent" | "installing" | "training" | "starting" | "ready" | "failed";
  detail: string | null;
  percent: number | null;
  at: string | null;
}

export interface SessionAnswer {
  me: Me;
  csrf: string;
  insecure?: boolean;
  bot?: BotStatus;
  version?: string;
}

export interface Scored<Name extends string = string> {
  name: Name;
  confidence: number;
}

export interface AgentRef {
  id: string;
  name: string;
  avatar?: string | null;
}

export interface Summary {
  id: string;
  state: ConversationState;
  version: number;
  visitor: { id: string; name: string; language: Language };
  channel: string;
  agent: AgentRef | null;
  group_id: string | null;
  reason: string | null;
  priority: number;
  opened_at: string;
  waiting_since: string | null;
  assigned_at: string | null;
  closed_at: string | null;
  /** How it ended; null while it is open. */
  close_reason: string | null;
  last: { excerpt: string; author: string; at: string; position: number } | null;
  unread: number;
  emotion: Scored<EmotionName> | null;
  intent: Scored | null;
}

export interface QueueItem extends Summary {
  position: number;
  waiting_s: number;
}

export interface Author {
  kind: "visitor" | "bot" | "agent" | "system";
  id: string | null;
  name: string;
  avatar: string | null;
}

export interface Button {
  title: string;
  payload?: string;
}

export interface BlobContent {
  type: "image" | "file" | "audio" | "video";
  blob_id: string;
  url: string;
  name: string;
  mime: string;
  size: number;
  width?: number;
  height?: number;
  alt?: string;
}

export type Content =
  | { type: "text"; text: string }
  | { type: "buttons"; text: string; buttons: Button[] }
  | { type: "press"; message_id: string; index: number; title: string }
  | BlobContent
  | { type: "location"; latitude: number; longitude: number; label: string }
  | { type: "card"; title: string; subtitle?: string; image_url?: string; lines: string[]; buttons: Button[] }
  | { type: "event"; name: string; data: Record<string, unknown>; text: Partial<Record<Language, string>> };

/** What an agent can send; a blob travels by its id only. */
export type SendContent =
  { type: "text"; text: string } | { type: "image" | "file" | "audio" | "video"; blob_id: string };

export interface Nlu {
  intent: Scored | null;
  ranking: Scored[];
  emotion: Scored<EmotionName> | null;
  entities: { entity: string; value: unknown }[];
  language: string | null;
}

export interface Message {
  id: string;
  conversation_id: string;
  position: number;
  seq: number | null;
  internal: boolean;
  author: Author;
  content: Content;
  channel: string;
  client_id: string | null;
  created_at: string;
  delivered: boolean | string | null;
  read: boolean | string | null;
  nlu: Nlu | null;
}

export interface Visitor {
  id: string;
  name: string;
  language: Language;
  script?: string | null;
  identities: {
    id: string;
    channel: string;
    external: string;
    verified: boolean;
    last_seen_at: string | null;
  }[];
  page: { url: string; title: string; at: string } | null;
  referrer: string | null;
  device: string | null;
  local_time: string | null;
  time_zone: string | null;
  first_seen_at: string;
  conversations: {
    id: string;
    state: ConversationState;
    opened_at: string;
    closed_at: string | null;
    channel: string;
    agent_name: string | null;
    messages: number;
  }[];
  ratings: { score: number; at: string }[];
}

export interface Packet {
  reason: string;
  note: string | null;
  at: string;
  turns: number;
  failures: number;
  intents: { name: string; confidence: number; text: string; at: string }[];
  emotions: { name: EmotionName; confidence: number; at: string }[];
  slots: Record<string, unknown>;
  entities: { entity: string; value: unknown }[];
  tried: string[];
  form: string | null;
  language: string | null;
}

export interface Service {
  id: string;
  agent: AgentRef;
  started_at: string;
  first_reply_at: string | null;
  ended_at: string | null;
  end_reason: string | null;
  rating: { score: number; comment: string | null } | null;
}

export interface May {
  reply: boolean;
  accept: boolean;
  transfer: boolean;
  close: boolean;
  return_to_bot: boolean;
}

export interface ConversationDetail {
  conversation: Summary;
  visitor: Visitor;
  packet: Packet | null;
  services: Service[];
  tickets: TicketSummary[];
  may: May;
}

export interface ConversationPage {
  items: Summary[];
  next: string | null;
  counts: { mine: number; queue: number; all: number };
}

export interface MessagePage {
  messages: Message[];
  has_more: boolean;
}

export interface Upload {
  blob_id: string;
  url: string;
  name: string;
  mime: string;
  size: number;
  width?: number;
  height?: number;
}

export interface BoardAgent {
  id: string;
  name: string;
  avatar: string | null;
  role?: Role;
  availability: Availability;
  live: boolean;
  open: number;
  capacity: number;
  groups: string[];
}

export interface Board {
  with_bot: number;
  waiting: number;
  longest_wait_s: number | null;
  in_service: number;
  agents: BoardAgent[];
  today: {
    conversations: number;
    handoffs: number;
    bot_resolved_share: number | null;
    first_response_median_s: number | null;
    csat: number | null;
    rated: number;
    tickets_opened: number;
  };
  at: string;
}

export type TicketType = "complaint" | "suggestion" | "repair" | "other";
export type TicketState = "open" | "in_progress" | "waiting" | "resolved" | "closed";
export type TicketPriority = "low" | "normal" | "high" | "urgent";

export type Localised = Partial<Record<Language, string>>;

export interface TicketSummary {
  number: string;
  type: TicketType;
  title: string;
  state: TicketState;
  priority: TicketPriority;
  department: { id: string; name: Localised } | null;
  assignee: AgentRef | null;
  visitor: { id: string; name: string } | null;
  created_at: string;
  updated_at: string;
}

export interface TicketEntry {
  id: string;
  at: string;
  actor: { kind: string; name: string };
  kind: "created" | "comment" | "state" | "priority" | "assignee" | "department" | "title";
  /** `text` of a comment; `before` and `after` of a change, for assignee and department `{id, name}` or null. */
  data: { text?: string; before?: unknown; after?: unknown };
  public: boolean;
}

export interface Ticket extends TicketSummary {
  version: number;
  description: string;
  fields: Record<string, unknown>;
  contact: string | null;
  conversation_id: string | null;
  messages: Message[];
  timeline: TicketEntry[];
}

export interface TicketPage {
  items: TicketSummary[];
  next: string | null;
  counts: { open: number; mine: number; unassigned: number };
}

export interface Person {
  id: string;
  username: string;
  name: string;
  role: Role;
  capacity: number;
  language: Language | null;
  groups: string[];
  disabled: boolean;
  avatar: string | null;
  last_seen_at: string | null;
}

export interface Group {
  id: string;
  slug: string;
  name: Localised;
  strategy: "least_loaded" | "round_robin";
  familiar_first: boolean;
  members: number;
}

export interface Department {
  id: string;
  name: Localised;
  email: string | null;
  types: TicketType[];
}

export interface Canned {
  id: string;
  shortcut: string;
  title: string;
  text: Localised;
  group_id: string | null;
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
/** Local wall-clock times, "HH:MM" each. */
export type HoursRange = [string, string];

export interface Hours {
  time_zone: string;
  days: Partial<Record<Weekday, HoursRange[]>>;
  exceptions: { date: string; ranges: HoursRange[]; name: string }[];
}

export interface WidgetSettings {
  title: Localised;
  greeting: Localised;
  colour: string;
  position: "left" | "right";
  origins: string[];
  suggestions: Localised[];
  bot: { name: Localised };
  snippet?: string;
}

export interface Business {
  name: Localised;
}

export interface AuditEntry {
  at: string;
  actor: string | AgentRef | null;
  verb: string;
  object: string;
  /** The name of the person that it is about, if it is about one. */
  about?: string | null;
  data: Record<string, unknown> | null;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}
