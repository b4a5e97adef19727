/**
 * The visitor protocol in memory (docs/reference/visitor-protocol.md): what the real service promises,
 * without its database, for tests of the client and for work on the widget.  Never shipped.
 */
import type {
  Author,
  ClientFrame,
  Content,
  Limits,
  Message,
  Outgoing,
  Receipt,
  ServerFrame,
  SessionRequest,
  Uploaded,
  WidgetSettings,
} from "../../shared/src/protocol.ts";
import { isContact } from "../../widget/src/contact.ts";
import { FakeVisitor } from "./visitor.ts";

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  token: string | null;
  body: unknown;
}
export interface Answer {
  status: number;
  body: unknown;
}
export interface Wire {
  send(text: string): void;
  close(code: number): void;
}
/** What happens after a visitor did something: a bot, an agent, nothing. */
export interface House {
  wrote(visitor: FakeVisitor, message: Message): void;
  asked(visitor: FakeVisitor, what: "human" | "bot" | "close" | "rated"): void;
}

export interface FakeOptions {
  newId?: () => string;
  now?: () => Date;
  house?: House;
  widget?: WidgetSettings;
  limits?: Limits;
  /** More than this behind: resync instead of every message. */
  resyncAfter?: number;
  heartbeat_s?: number;
}

const LIMITS: Limits = {
  text: 4000,
  upload_bytes: 10_485_760,
  mime: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"],
};
const PLAIN: WidgetSettings = {
  title: { zh: "客厅", en: "Keting" },
  greeting: { zh: "你好", en: "Hello" },
  colour: "#1f6feb",
  position: "right",
  suggestions: [],
  bot: { name: { zh: "小客", en: "Kit" }, avatar: null },
};
const VISITOR: Author = { kind: "visitor", id: null, name: "", avatar: null };

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string = code,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

export class FakeService {
  readonly visitors = new Map<string, FakeVisitor>();
  readonly blobs = new Map<string, { bytes: Uint8Array; info: Uploaded }>();
  readonly options: Required<Omit<FakeOptions, "house">> & { house: House | null };
  private readonly tokens = new Map<string, FakeVisitor>();
  private readonly tickets = new Map<string, FakeVisitor>();
  private readonly sockets = new Set<Wire>();

  constructor(options: FakeOptions = {}) {
    this.options = {
      newId: () => crypto.randomUUID(),
      now: () => new Date(),
      widget: PLAIN,
      limits: LIMITS,
      resyncAfter: 500,
      heartbeat_s: 20,
      ...options,
      house: options.house ?? null,
    };
  }

  // ---- faults, for tests -----------------------------------------------------------------------

  /** Every token becomes worthless, as after a change of the signing key. */
  forgetTokens(): void {
    this.tokens.clear();
  }
  closeSockets(code: number): void {
    for (const socket of [...this.sockets]) socket.close(code);
  }

  // ---- REST ------------------------------------------------------------------------------------

  async handle(request: Request): Promise<Answer> {
    try {
      return { status: 200, body: await this.route(request) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return {
        status: error.status,
        body: { error: error.code, message: error.message, field: error.field },
      };
    }
  }

  private async route({ method, path, query, token, body }: Request): Promise<unknown> {
    const call = `${method} ${path.replace(/^\/api\/visitor\/v1/, "")}`;
    if (call === "GET /widget") return { widget: this.options.widget };
    if (call === "POST /sessions") return this.session(body as SessionRequest);
    const visitor = this.tokens.get(token ?? "");
    if (!visitor) throw new Refusal(401, "not_authorised");
    const input = (body ?? {}) as Record<string, unknown>;
    switch (call) {
      case "GET /messages":
        return this.page(visitor, Number(query.get("before")) || Infinity, Number(query.get("limit")) || 50);
      case "POST /messages":
        return this.receive(visitor, String(input["client_id"]), input["content"] as Outgoing);
      case "GET /events":
        return this.poll(visitor, Number(query.get("after")), Number(query.get("wait")));
      case "POST /uploads":
        return this.upload(input as unknown as RawFile);
      case "POST /socket-ticket":
        return this.ticket(visitor);
      case "GET /state":
        return visitor.current;
      case "POST /human":
        visitor.openConversation();
        this.options.house?.asked(visitor, "human");
        return visitor.current;
      case "POST /bot":
        this.options.house?.asked(visitor, "bot");
        return visitor.current;
      case "POST /close":
        this.options.house?.asked(visitor, "close");
        return visitor.current;
      case "POST /rating":
        if (visitor.state.rating) {
          visitor.change({ rating: { ...visitor.state.rating, score: Number(input["score"]) } });
        }
        this.options.house?.asked(visitor, "rated");
        return visitor.current;
      case "POST /leave-message":
        return this.leaveMessage(visitor, String(input["text"]), String(input["contact"]));
      case "POST /read":
        visitor.readSeq = Math.max(visitor.readSeq, Number(input["seq"]));
        return {};
      case "POST /typing":
      case "POST /delivered":
      case "POST /page":
        return {};
    }
    throw new Refusal(404, "not_found");
  }

  private session(request: SessionRequest): unknown {
    const known = request.identity
      ? [...this.visitors.values()].find((one) => one.identity === request.identity)
      : undefined;
    const visitor = known ?? this.tokens.get(request.token ?? "") ?? this.newVisitor();
    visitor.identity ??= request.identity;
    visitor.language = request.language;
    const token = this.options.newId();
    this.tokens.set(token, visitor);
    return {
      token,
      expires_at: new Date(this.options.now().getTime() + 86_400_000).toISOString(),
      visitor_id: visitor.id,
      cursor: visitor.cursor,
      language: request.language,
      widget: this.options.widget,
      limits: this.options.limits,
      state: visitor.current,
    };
  }
  private newVisitor(): FakeVisitor {
    const visitor = new FakeVisitor(this.options.newId(), this.options.newId, this.options.now);
    this.visitors.set(visitor.id, visitor);
    return visitor;
  }
  private page(visitor: FakeVisitor, before: number, limit: number): unknown {
    const older = visitor.messages.filter(({ seq }) => seq < before);
    return { messages: older.slice(-limit), has_more: older.length > limit };
  }
  private receive(visitor: FakeVisitor, client_id: string, outgoing: Outgoing): Receipt {
    const known = visitor.sent.get(client_id);
    if (known) return receipt(known);
    const message = visitor.append(VISITOR, this.complete(visitor, outgoing), client_id);
    visitor.sent.set(client_id, message);
    this.options.house?.wrote(visitor, message);
    return receipt(message);
  }
  private complete(visitor: FakeVisitor, content: Outgoing): Content {
    if (content.type === "text") {
      if (content.text.length > this.options.limits.text) throw new Refusal(422, "too_long", "太长了");
      return content;
    }
    if (content.type === "press") {
      const source = visitor.messages.find(({ id }) => id === content.message_id);
      const buttons = source && "buttons" in source.content ? source.content.buttons : [];
      const button = buttons[content.index];
      if (!button) throw new Refusal(422, "no_such_button");
      return { ...content, title: button.title };
    }
    if (content.type === "location") return content;
    const blob = this.blobs.get(content.blob_id);
    if (!blob) throw new Refusal(422, "no_such_file");
    const { width = 0, height = 0, ...info } = blob.info;
    return content.type === "image"
      ? { type: "image", ...info, width, height }
      : { type: content.type, ...info };
  }
  private upload(file: RawFile): Uploaded {
    const { bytes, name, mime } = file;
    if (bytes.length > this.options.limits.upload_bytes) throw new Refusal(413, "too_large");
    if (!this.options.limits.mime.includes(mime)) throw new Refusal(415, "type_not_allowed");
    const blob_id = this.options.newId();
    const info: Uploaded = { blob_id, url: `/files/${blob_id}`, name, mime, size: bytes.length };
    this.blobs.set(blob_id, { bytes, info });
    return info;
  }
  private leaveMessage(visitor: FakeVisitor, text: string, contact: string): unknown {
    if (!isContact(contact)) throw new Refusal(422, "bad_contact", "bad contact", "contact");
    const number = "T20260001";
    visitor.append(VISITOR, { type: "text", text });
    visitor.append(
      { kind: "system", id: null, name: "", avatar: null },
      {
        type: "event",
        name: "ticket_created",
        data: { number },
        text: {
          zh: `已为您建立工单 ${number}`,
          "zh-Hant": `已為您建立工單 ${number}`,
          en: `Ticket ${number} created`,
        },
      },
    );
    visitor.change({ tickets: 1 });
    return { number };
  }

  private async poll(visitor: FakeVisitor, after: number, wait: number): Promise<unknown> {
    const missed = (): ServerFrame[] => [
      { type: "state", state: visitor.current },
      ...visitor.messages.slice(after).map((message): ServerFrame => ({ type: "message", message })),
    ];
    if (visitor.cursor > after || !wait) return { frames: missed(), cursor: visitor.cursor };
    await new Promise<void>((resolve) => {
      const done = () => {
        visitor.listeners.delete(listener);
        clearTimeout(timer);
        resolve();
      };
      const listener = { frame: done };
      const timer = setTimeout(done, wait * 1000);
      visitor.listeners.add(listener);
    });
    return { frames: missed(), cursor: visitor.cursor };
  }

  // ---- the socket ------------------------------------------------------------------------------

  private ticket(visitor: FakeVisitor): unknown {
    const ticket = this.options.newId();
    this.tickets.set(ticket, visitor);
    return { ticket, expires_in_s: 30 };
  }

  /** A socket opens.  Answers what to call with each frame of the client, and when it is gone. */
  connect(ticket: string, after: number, wire: Wire): { frame(text: string): void; gone(): void } {
    const visitor = this.tickets.get(ticket);
    this.tickets.delete(ticket);
    if (!visitor) {
      wire.close(4001);
      return { frame: () => undefined, gone: () => undefined };
    }
    const send = (frame: ServerFrame) => wire.send(JSON.stringify(frame));
    const listener = { frame: send };
    send({
      type: "hello",
      cursor: visitor.cursor,
      heartbeat_s: this.options.heartbeat_s,
      state: visitor.current,
    });
    if (visitor.cursor - after > this.options.resyncAfter) send({ type: "resync", cursor: visitor.cursor });
    else for (const message of visitor.messages.slice(after)) send({ type: "message", message });
    visitor.listeners.add(listener);
    this.sockets.add(wire);
    return {
      frame: (text) => this.frame(visitor, JSON.parse(text) as ClientFrame, send),
      gone: () => {
        visitor.listeners.delete(listener);
        this.sockets.delete(wire);
      },
    };
  }

  private frame(visitor: FakeVisitor, frame: ClientFrame, send: (frame: ServerFrame) => void): void {
    if (frame.type === "ping") return send({ type: "pong" });
    if (frame.type === "read") visitor.readSeq = Math.max(visitor.readSeq, frame.seq);
    if (frame.type !== "send") return;
    try {
      const done = this.receive(visitor, frame.client_id, frame.content);
      send({ type: "ack", client_id: frame.client_id, ...done });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send({ type: "error", client_id: frame.client_id, error: error.code, message: error.message });
    }
  }
}

interface RawFile {
  bytes: Uint8Array;
  name: string;
  mime: string;
}

const receipt = ({ id, seq, created_at }: Message): Receipt => ({ id, seq, created_at });
