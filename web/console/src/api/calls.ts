/** The console API by name; one line a call, in the order of the reference page. */
import { get, patch, post, put, remove, upload } from "./client";
import type * as T from "./types";

type NoBody = Record<string, never>;
const seg = encodeURIComponent;

export const session = {
  login: (username: string, password: string) => post<T.SessionAnswer>("/login", { username, password }),
  logout: () => post<NoBody>("/logout"),
  me: () => get<T.SessionAnswer>("/me"),
  password: (current: string, next: string) => post<NoBody>("/me/password", { current, new: next }),
  update: (change: { name?: string; avatar_blob_id?: string; language?: T.Language }) =>
    patch<T.Me>("/me", change),
  availability: (availability: T.Availability) => post<T.Me>("/me/availability", { availability }),
  socketTicket: () => post<{ ticket: string }>("/socket-ticket"),
};

export interface ConversationFilter {
  view: T.ListView;
  q?: string;
  channel?: string;
  cursor?: string | null;
  limit?: number;
}

export interface Transfer {
  agent_id?: string;
  group_id?: string;
  note?: string;
}

export const conversations = {
  list: (filter: ConversationFilter, signal?: AbortSignal) =>
    get<T.ConversationPage>("/conversations", { ...filter }, signal),
  get: (id: string) => get<T.ConversationDetail>(`/conversations/${seg(id)}`),
  messages: (id: string, before?: number, scope: "conversation" | "visitor" = "conversation", limit = 50) =>
    get<T.MessagePage>(`/conversations/${seg(id)}/messages`, { before, limit, scope }),
  send: (id: string, clientId: string, content: T.SendContent, seen: number) =>
    post<T.Message>(`/conversations/${seg(id)}/messages`, { client_id: clientId, content, seen }),
  note: (id: string, clientId: string, text: string) =>
    post<T.Message>(`/conversations/${seg(id)}/notes`, { client_id: clientId, text }),
  accept: (id: string) => post<T.Summary>(`/conversations/${seg(id)}/accept`),
  transfer: (id: string, target: Transfer) => post<T.Summary>(`/conversations/${seg(id)}/transfer`, target),
  close: (id: string, reason: T.CloseReason) =>
    post<T.Summary>(`/conversations/${seg(id)}/close`, { reason }),
  returnToBot: (id: string) => post<T.Summary>(`/conversations/${seg(id)}/return-to-bot`),
  takeover: (id: string) => post<T.Summary>(`/conversations/${seg(id)}/takeover`),
};

export const uploads = {
  send: (file: File, onProgress: (share: number) => void) => upload<T.Upload>("/uploads", file, onProgress),
};

export const people = {
  board: () => get<T.Board>("/board"),
  queue: () => get<{ items: T.QueueItem[]; waiting: number }>("/queue"),
  agents: () => get<{ items: T.BoardAgent[] }>("/agents"),
};

export interface TicketFilter {
  state?: string | null;
  type?: string | null;
  priority?: string | null;
  department_id?: string | null;
  assignee?: string | null;
  q?: string;
  cursor?: string | null;
  limit?: number;
}

export interface NewTicket {
  type: T.TicketType;
  title: string;
  description: string;
  priority?: T.TicketPriority;
  conversation_id?: string;
  message_ids?: string[];
  contact?: string;
}

export interface TicketChange {
  version: number;
  state?: T.TicketState;
  priority?: T.TicketPriority;
  assignee_id?: string | null;
  department_id?: string;
  title?: string;
}

export const tickets = {
  list: (filter: TicketFilter, signal?: AbortSignal) => get<T.TicketPage>("/tickets", { ...filter }, signal),
  get: (number: string) => get<T.Ticket>(`/tickets/${seg(number)}`),
  create: (ticket: NewTicket) => post<T.Ticket>("/tickets", ticket),
  change: (number: string, change: TicketChange) => patch<T.Ticket>(`/tickets/${seg(number)}`, change),
  comment: (number: string, text: string, isPublic: boolean) =>
    post<T.Ticket>(`/tickets/${seg(number)}/comments`, { text, public: isPublic }),
};

export type PersonDraft = Omit<T.Person, "id" | "avatar" | "last_seen_at"> & {
  password?: string;
  avatar_blob_id?: string;
};
export type GroupDraft = Omit<T.Group, "id" | "members">;
export type DepartmentDraft = Omit<T.Department, "id">;
export type CannedDraft = Omit<T.Canned, "id">;

/** Four lists of the settings have the same five calls. */
function collection<Item, Draft>(path: string) {
  return {
    list: () => get<T.Page<Item>>(path),
    create: (draft: Draft) => post<Item>(path, draft),
    change: (id: string, draft: Partial<Draft>) => patch<Item>(`${path}/${seg(id)}`, draft),
    remove: (id: string) => remove<NoBody>(`${path}/${seg(id)}`),
  };
}

export const settings = {
  people: collection<T.Person, PersonDraft>("/people"),
  groups: collection<T.Group, GroupDraft>("/groups"),
  departments: collection<T.Department, DepartmentDraft>("/departments"),
  canned: collection<T.Canned, CannedDraft>("/canned"),
  hours: () => get<T.Hours>("/settings/hours"),
  saveHours: (hours: T.Hours) => put<T.Hours>("/settings/hours", hours),
  widget: () => get<T.WidgetSettings>("/settings/widget"),
  saveWidget: (widget: T.WidgetSettings) => put<T.WidgetSettings>("/settings/widget", widget),
  business: () => get<T.Business>("/settings/business"),
  saveBusiness: (business: T.Business) => put<T.Business>("/settings/business", business),
  audit: (cursor?: string | null) => get<T.Page<T.AuditEntry>>("/audit", { cursor }),
};
