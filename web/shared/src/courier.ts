import { ApiError } from "./api.ts";
import type { Outbox } from "./outbox.ts";
import type { ClientFrame, Outgoing, Receipt, ServerFrame } from "./protocol.ts";

/** What the courier needs of the connection. */
export interface Ways {
  online(): boolean;
  /** False: there is no open socket. */
  frame(frame: ClientFrame): boolean;
  post(client_id: string, content: Outgoing): Promise<Receipt>;
  /** The connection swallows what we give it: make a new one. */
  reset(): void;
  /** The message with this seq has already been shown. */
  shown(seq: number): boolean;
  changed(): void;
}

const ACK_WITHIN = 10_000;
const MOST_TRIES = 5;
const PASSING = new Set(["internal", "internal_error", "unavailable", "rate_limited", "too_many_requests"]);

/**
 * Carries the outbox to the service, one message at a time: the next leaves when the fate of the one
 * before is known, so that they are committed in the order they were written.
 */
export class Courier {
  private inFlight: string | null = null;
  /** How often the service has answered "not now" to the message in flight. */
  private refusals = 0;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly ways: Ways,
  ) {}

  pump(): void {
    const head = this.outbox.head;
    if (!head || this.inFlight || !this.ways.online()) return;
    const { client_id, content } = head;
    this.inFlight = client_id;
    if (!this.ways.frame({ type: "send", client_id, content })) return void this.post(client_id, content);
    clearTimeout(this.ackTimer);
    this.ackTimer = setTimeout(() => this.inFlight === client_id && this.ways.reset(), ACK_WITHIN);
  }
  /** The connection is gone; whatever was in flight is sent again, under the same id, on the next. */
  interrupted(): void {
    clearTimeout(this.ackTimer);
    clearTimeout(this.retryTimer);
    this.inFlight = null;
  }
  acknowledged(client_id: string, receipt: Receipt): void {
    if (this.ways.shown(receipt.seq)) this.outbox.drop(client_id);
    else this.outbox.acknowledge(client_id, receipt);
    this.landed(client_id);
    this.ways.changed();
  }
  /** Our own message came back: it is no longer pending, whether or not its ack arrived. */
  arrived(client_id: string): void {
    this.outbox.drop(client_id);
    this.landed(client_id);
  }
  refused(frame: ServerFrame & { type: "error" }): void {
    if (!frame.client_id) return;
    const passing = frame.retry_after_s !== undefined || PASSING.has(frame.error);
    this.refusals += 1;
    this.stumbled(frame.client_id, passing, frame.message, frame.retry_after_s);
  }

  private async post(client_id: string, content: Outgoing): Promise<void> {
    try {
      this.acknowledged(client_id, await this.ways.post(client_id, content));
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(0, "network", "");
      if (known.status > 0) this.refusals += 1;
      this.stumbled(client_id, known.passing, known.message || known.code, known.retryAfter ?? undefined);
    }
  }
  /** Try again after a while, or say that it failed and go on with the next. */
  private stumbled(client_id: string, passing: boolean, message: string, after = 2): void {
    clearTimeout(this.ackTimer);
    if (passing && this.refusals < MOST_TRIES) {
      clearTimeout(this.retryTimer);
      this.retryTimer = setTimeout(() => {
        if (this.inFlight === client_id) this.inFlight = null;
        this.pump();
      }, after * 1000);
      return;
    }
    this.outbox.fail(client_id, message);
    this.landed(client_id);
    this.ways.changed();
  }
  private landed(client_id: string): void {
    if (this.inFlight !== client_id) return;
    clearTimeout(this.ackTimer);
    this.inFlight = null;
    this.refusals = 0;
    this.pump();
  }
}
