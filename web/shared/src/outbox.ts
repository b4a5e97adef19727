import type { Store } from "./memory.ts";
import type { Content, Outgoing, Receipt } from "./protocol.ts";

export interface Pending {
  client_id: string;
  content: Outgoing;
  /** What the visitor sees until the message itself arrives. */
  shown: Content;
  created_at: string;
  /** `sent`: committed by the service, its message is on the way to us. */
  status: "waiting" | "failed" | "sent";
  error: string | null;
  seq: number | null;
}

/**
 * What we promised the visitor to send, in order.  Unacknowledged entries survive a reload.
 *
 * One key per entry: two tabs that share a store never overwrite each other, and an entry that both
 * send is one message, because its client_id is the same.
 */
export class Outbox {
  private list: Pending[];

  constructor(
    private readonly store: Store,
    private readonly prefix: string,
  ) {
    this.list = store
      .keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => read(store.getItem(key)))
      .filter((entry) => entry !== null)
      .sort((a, b) => a.created_at.localeCompare(b.created_at));
  }

  get entries(): readonly Pending[] {
    return this.list;
  }
  /** The one to send now; those behind it wait for its fate, so order holds. */
  get head(): Pending | null {
    return this.list.find((entry) => entry.status === "waiting") ?? null;
  }

  add(client_id: string, content: Outgoing, shown: Content, now: Date): Pending {
    // Never two of one instant: the order after a reload is the order of these times.
    const last = Date.parse(this.list.at(-1)?.created_at ?? "") || 0;
    const created_at = new Date(Math.max(now.getTime(), last + 1)).toISOString();
    const entry: Pending = {
      client_id,
      content,
      shown,
      created_at,
      status: "waiting",
      error: null,
      seq: null,
    };
    this.list = [...this.list, entry];
    this.save(entry);
    return entry;
  }

  acknowledge(client_id: string, receipt: Receipt): void {
    this.update(client_id, { status: "sent", error: null, seq: receipt.seq });
    this.store.removeItem(this.prefix + client_id);
  }
  fail(client_id: string, error: string): void {
    this.update(client_id, { status: "failed", error });
  }
  /** A failed one goes to the end: it is sent now, not then. */
  retry(client_id: string, now: Date): void {
    const entry = this.list.find((one) => one.client_id === client_id && one.status === "failed");
    if (!entry) return;
    this.drop(client_id);
    this.add(client_id, entry.content, entry.shown, now);
  }
  /** Its message has arrived, or the visitor gave it up. */
  drop(client_id: string): void {
    this.list = this.list.filter((entry) => entry.client_id !== client_id);
    this.store.removeItem(this.prefix + client_id);
  }
  clear(): void {
    for (const entry of this.list) this.store.removeItem(this.prefix + entry.client_id);
    this.list = [];
  }

  private update(client_id: string, change: Partial<Pending>): void {
    this.list = this.list.map((entry) => (entry.client_id === client_id ? { ...entry, ...change } : entry));
    const entry = this.list.find((one) => one.client_id === client_id);
    if (entry && entry.status !== "sent") this.save(entry);
  }
  private save(entry: Pending): void {
    this.store.setItem(this.prefix + entry.client_id, JSON.stringify(entry));
  }
}

const read = (text: string | null): Pending | null => {
  try {
    const entry = JSON.parse(text ?? "") as Pending;
    return typeof entry.client_id === "string" && typeof entry.created_at === "string" ? entry : null;
  } catch {
    return null;
  }
};
