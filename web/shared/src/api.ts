import type {
  Language,
  Message,
  Outgoing,
  Page,
  Receipt,
  ServerFrame,
  Session,
  SessionRequest,
  State,
} from "./protocol.ts";

const ROOT = "/api/visitor/v1";

/** The service said no, or (status 0) did not answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter: number | null = null,
    /** What of the request was wrong. */
    readonly field: string | null = null,
  ) {
    super(message);
  }

  /** Worth trying again with the very same request. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

type Query = Record<string, string | number | undefined>;

/** The REST half of the visitor protocol.  Errors: always ApiError. */
export class VisitorApi {
  token: string | null = null;
  language: Language = "zh";

  constructor(
    /** Origin of the service, without a slash at its end. */
    readonly base: string,
    private readonly fetch: typeof globalThis.fetch,
    /** Without an answer for this long a call counts as failed. */
    private readonly patience = 15_000,
  ) {}

  session(request: SessionRequest): Promise<Session> {
    return this.call("POST", "/sessions", request);
  }
  messages(query: { before?: number; limit?: number }): Promise<{ messages: Message[]; has_more: boolean }> {
    return this.call("GET", path("/messages", query));
  }
  send(client_id: string, content: Outgoing): Promise<Receipt> {
    return this.call("POST", "/messages", { client_id, content });
  }
  /** Waits up to `wait` seconds for something new after `after`. */
  events(
    after: number,
    wait: number,
    signal: AbortSignal,
  ): Promise<{ frames: ServerFrame[]; cursor: number }> {
    return this.call("GET", path("/events", { after, wait }), undefined, signal, (wait + 10) * 1000);
  }
  ticket(): Promise<{ ticket: string; expires_in_s: number }> {
    return this.call("POST", "/socket-ticket", {});
  }
  askForHuman(): Promise<State> {
    return this.call("POST", "/human", {});
  }
  backToBot(): Promise<State> {
    return this.call("POST", "/bot", {});
  }
  close(): Promise<State> {
    return this.call("POST", "/close", {});
  }
  rate(service_id: string, score: number, comment?: string): Promise<State> {
    return this.call("POST", "/rating", { service_id, score, ...(comment ? { comment } : {}) });
  }
  leaveMessage(text: string, contact: string): Promise<{ number: string }> {
    return this.call("POST", "/leave-message", { text, contact });
  }
  tell(what: "typing", body: { on: boolean }): Promise<unknown>;
  tell(what: "read" | "delivered", body: { seq: number }): Promise<unknown>;
  tell(what: "page", body: Page): Promise<unknown>;
  tell(what: string, body: object): Promise<unknown> {
    return this.call("POST", `/${what}`, body);
  }

  /**
   * A browser hides from a page of another origin why it was refused: it looks as if nobody answered.  A
   * request whose answer the page may not read tells the two apart: it arrives unless the network is away.
   */
  async answersOthers(): Promise<boolean> {
    if (typeof location === "undefined" || location.origin === this.base) return false;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.patience);
    try {
      await this.fetch(`${this.base}${ROOT}/widget`, {
        mode: "no-cors",
        credentials: "omit",
        cache: "no-store",
        signal: stop.signal,
      });
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Where to open the socket for a ticket. */
  socketUrl(ticket: string, after: number): string {
    return this.base.replace(/^http/, "ws") + ROOT + path("/socket", { ticket, after });
  }
  get uploadUrl(): string {
    return `${this.base}${ROOT}/uploads`;
  }
  get headers(): Record<string, string> {
    const headers: Record<string, string> = { "Accept-Language": this.language };
    if (this.token) headers["Authorization"] = `Bearer ${this.token}`;
    return headers;
  }

  private async call<T>(
    method: "GET" | "POST",
    to: string,
    body?: object,
    signal?: AbortSignal,
    patience = this.patience,
  ): Promise<T> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    const forward = () => stop.abort();
    signal?.addEventListener("abort", forward);
    try {
      const answer = await this.fetch(this.base + ROOT + to, {
        method,
        headers: body ? { ...this.headers, "Content-Type": "application/json" } : this.headers,
        credentials: "omit",
        signal: stop.signal,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!answer.ok) throw await refusal(answer);
      return (await answer.json()) as T;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(0, stop.signal.aborted ? "timeout" : "network", String(error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", forward);
    }
  }
}

const path = (to: string, query: Query): string => {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length ? `${to}?${new URLSearchParams(pairs.map(([k, v]) => [k, String(v)]))}` : to;
};

const refusal = async (answer: Response): Promise<ApiError> => {
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  const wait = body["retry_after_s"] ?? answer.headers?.get("Retry-After");
  return new ApiError(
    answer.status,
    String(body["error"] ?? "http_error"),
    String(body["message"] ?? ""),
    wait == null ? null : Number(wait) || null,
    body["field"] == null ? null : String(body["field"]),
  );
};
