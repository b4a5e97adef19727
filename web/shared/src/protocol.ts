/** The visitor protocol, version 1, as types (docs/reference/visitor-protocol.md). */

export type Language = "zh" | "zh-Hant" | "en";
export type Words = { zh: string; en: string; "zh-Hant"?: string };

export type AuthorKind = "visitor" | "bot" | "agent" | "system";
export interface Author {
  kind: AuthorKind;
  id: string | null;
  name: string;
  avatar: string | null;
}

export interface Button {
  title: string;
}
interface Blob {
  blob_id: string;
  /** A path on the service, signed, good for an hour. */
  url: string;
  name: string;
  mime: string;
  size: number;
}

export type TextContent = { type: "text"; text: string };
export type ButtonsContent = { type: "buttons"; text: string; buttons: Button[] };
export type PressContent = { type: "press"; message_id: string; index: number; title: string };
export type ImageContent = { type: "image"; width: number; height: number; alt?: string } & Blob;
export type FileContent = { type: "file" | "audio" | "video" } & Blob;
export type LocationContent = { type: "location"; latitude: number; longitude: number; label: string };
export type CardContent = {
  type: "card";
  title: string;
  subtitle?: string;
  image_url?: string;
  lines: string[];
  buttons: Button[];
};
export type EventContent = { type: "event"; name: string; data: Record<string, unknown>; text: Words };
export type Content =
  | TextContent
  | ButtonsContent
  | PressContent
  | ImageContent
  | FileContent
  | LocationContent
  | CardContent
  | EventContent;

/** What a visitor may send: the service fills in the rest. */
export type Outgoing =
  | TextContent
  | { type: "press"; message_id: string; index: number; title?: string }
  | { type: "image" | "file" | "audio" | "video"; blob_id: string }
  | LocationContent;

export interface Message {
  id: string;
  /** Grows by one per entry of the visitor's timeline, without gaps. */
  seq: number;
  conversation_id: string;
  client_id: string | null;
  author: Author;
  content: Content;
  created_at: string;
}

export type Owner = "bot" | "waiting" | "agent" | "closed";
export interface State {
  conversation: { id: string; state: Owner } | null;
  queue: { position: number; wait_s: [number, number] | null } | null;
  agent: { name: string; avatar: string | null } | null;
  bot: { ready: boolean; detail: string | null };
  on_duty: boolean;
  rating: { service_id: string; agent: { name: string }; score: number | null } | null;
  read_by_agent_seq: number;
  unread: number;
  /** Tickets of the visitor that are neither resolved nor closed: there may be news of them. */
  tickets: number;
}

export interface WidgetSettings {
  title: Words;
  greeting: Words;
  colour: string;
  position: "left" | "right";
  suggestions: Words[];
  bot: { name: Words; avatar: string | null };
}
export interface Limits {
  text: number;
  upload_bytes: number;
  mime: string[];
}
export interface Page {
  url: string;
  title: string;
  referrer: string;
}
export interface Device {
  user_agent: string;
  screen: string;
  time_zone: string;
}

export interface SessionRequest {
  channel: "web" | "app";
  token: string | null;
  identity: string | null;
  language: Language;
  page: Page;
  device: Device;
}
export interface Session {
  token: string;
  expires_at: string;
  visitor_id: string;
  cursor: number;
  language: Language;
  widget: WidgetSettings;
  limits: Limits;
  state: State;
}
export interface Receipt {
  id: string;
  seq: number;
  created_at: string;
}
export interface Uploaded {
  blob_id: string;
  url: string;
  name: string;
  mime: string;
  size: number;
  width?: number;
  height?: number;
}

export type ServerFrame =
  | { type: "hello"; cursor: number; heartbeat_s: number; state: State }
  | { type: "message"; message: Message }
  | ({ type: "ack"; client_id: string } & Receipt)
  | { type: "state"; state: State }
  | { type: "typing"; author: { kind: AuthorKind; name: string }; on: boolean }
  | { type: "error"; client_id?: string; error: string; message: string; retry_after_s?: number }
  | { type: "resync"; cursor: number }
  | { type: "pong" };

export type ClientFrame =
  | { type: "send"; client_id: string; content: Outgoing }
  | { type: "delivered" | "read"; seq: number }
  | { type: "typing"; on: boolean }
  | ({ type: "page" } & Page)
  | { type: "ping" };

/** Close codes of the service; browsers add 1000, 1006 and others of their own. */
export const CLOSE = {
  goingAway: 1001,
  notAuthorised: 4001,
  tooSlow: 4008,
  tooManySockets: 4009,
  tooManyFrames: 4029,
} as const;
