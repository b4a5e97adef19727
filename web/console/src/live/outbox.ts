/**
 * What a person has sent and the service has not yet confirmed.
 *
 * An entry keeps its client id for life, so sending it again can never make a second message. Entries of one
 * conversation go out one at a time and in order; entries of different conversations do not wait for each other.
 * Every entry is stored before the first attempt: closing the page or losing the network loses nothing.
 */
import type { Message, SendContent } from "../api/types";

export type OutboxState =
  /** Waits for its turn, or for the network. */
  | "pending"
  /** A request is on its way. */
  | "sending"
  /** Refused because a colleague wrote in between; the person decides. */
  | "held"
  /** Refused for good; the person may change it, send it again or throw it away. */
  | "failed";

export interface OutboxEntry {
  client_id: string;
  conversation_id: string;
  kind: "reply" | "note";
  content: SendContent;
  /** What the transcript shows while the entry is on its way: a local picture, a file's name. */
  preview: { url?: string; name?: string } | null;
  /** The position up to which the person had read when this was written. */
  seen: number;
  created_at: string;
  state: OutboxState;
  attempts: number;
  error: { code: string; message: string } | null;
}

export interface Refusal {
  /** The same request may succeed later. */
  passing: boolean;
  code: string;
  message: string;
  retryAfterMs: number | null;
}

export interface OutboxSurroundings {
  deliver(entry: OutboxEntry): Promise<Message>;
  refusal(error: unknown): Refusal;
  /** A colleague wrote after `seen`: load what came. */
  behind(entry: OutboxEntry): void;
  delivered(entry: OutboxEntry, message: Message): void;
  changed(entries: readonly OutboxEntry[]): void;
  newId(): string;
  nowIso(): string;
  setTimer(run: () => void, afterMs: number): number;
  clearTimer(timer: number): void;
}

/** One key an entry: two tabs of one person never overwrite each other. */
export interface OutboxStorage {
  load(): OutboxEntry[];
  save(entry: OutboxEntry): void;
  remove(clientId: string): void;
}

export type Draft = Pick<OutboxEntry, "conversation_id" | "kind" | "content" | "preview" | "seen">;

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

export class Outbox {
  private entries: OutboxEntry[];
  private timers = new Map<string, number>();
  private isStopped = false;

  constructor(
    private readonly storage: OutboxStorage,
    private readonly around: OutboxSurroundings,
  ) {
    // A request that was on its way when the page closed may or may not have arrived; the client id makes asking safe.
    this.entries = storage
      .load()
      .map((entry) => (entry.state === "sending" ? { ...entry, state: "pending" } : entry));
    this.entries.sort((left, right) => left.created_at.localeCompare(right.created_at));
  }

  list(): readonly OutboxEntry[] {
    return this.entries;
  }

  add(draft: Draft): OutboxEntry {
    const entry: OutboxEntry = {
      ...draft,
      client_id: this.around.newId(),
      created_at: this.around.nowIso(),
      state: "pending",
      attempts: 0,
      error: null,
    };
    this.entries.push(entry);
    this.storage.save(entry);
    this.tell();
    this.pump();
    return entry;
  }

  /** The network is back: try everything that waits, now. */
  flush(): void {
    for (const timer of this.timers.values()) this.around.clearTimer(timer);
    this.timers.clear();
    this.pump();
  }

  /** The person asks again, having seen the transcript up to `seen`. */
  resend(clientId: string, seen: number): void {
    const entry = this.find(clientId);
    if (!entry || entry.state === "sending") return;
    this.change(entry, { state: "pending", error: null, attempts: 0, seen });
    this.flush();
  }

  discard(clientId: string): OutboxEntry | null {
    const entry = this.find(clientId);
    if (!entry || entry.state === "sending") return null;
    this.forget(entry);
    this.pump();
    return entry;
  }

  /** The socket may bring the message before the request's own answer does. */
  confirm(clientId: string): void {
    const entry = this.find(clientId);
    if (!entry) return;
    this.forget(entry);
    this.pump();
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) this.around.clearTimer(timer);
    this.timers.clear();
  }

  private pump(): void {
    if (this.isStopped) return;
    const seen = new Set<string>();
    for (const entry of [...this.entries]) {
      if (seen.has(entry.conversation_id)) continue;
      // A refused entry does not block what the person writes next; one on its way or due for a retry does.
      if (entry.state === "failed" || entry.state === "held") continue;
      seen.add(entry.conversation_id);
      if (entry.state === "pending" && !this.timers.has(entry.client_id)) void this.attempt(entry);
    }
  }

  private async attempt(entry: OutboxEntry): Promise<void> {
    this.change(entry, { state: "sending", attempts: entry.attempts + 1 });
    try {
      const message = await this.around.deliver(entry);
      this.forget(entry);
      this.around.delivered(entry, message);
    } catch (error) {
      if (!this.find(entry.client_id)) return;
      this.refused(entry, this.around.refusal(error));
    }
    this.pump();
  }

  private refused(entry: OutboxEntry, refusal: Refusal): void {
    const error = { code: refusal.code, message: refusal.message };
    if (refusal.passing) {
      this.change(entry, { state: "pending", error });
      this.retryLater(entry, refusal.retryAfterMs);
    } else if (refusal.code === "behind") {
      this.change(entry, { state: "held", error });
      this.around.behind(entry);
    } else {
      this.change(entry, { state: "failed", error });
    }
  }

  private retryLater(entry: OutboxEntry, askedMs: number | null): void {
    if (this.isStopped) return;
    const delay = askedMs ?? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (entry.attempts - 1));
    const timer = this.around.setTimer(() => {
      this.timers.delete(entry.client_id);
      this.pump();
    }, delay);
    this.timers.set(entry.client_id, timer);
  }

  private find(clientId: string): OutboxEntry | undefined {
    return this.entries.find((entry) => entry.client_id === clientId);
  }

  private change(entry: OutboxEntry, change: Partial<OutboxEntry>): void {
    Object.assign(entry, change);
    this.storage.save(entry);
    this.tell();
  }

  private forget(entry: OutboxEntry): void {
    this.entries = this.entries.filter((other) => other !== entry);
    this.storage.remove(entry.client_id);
    const timer = this.timers.get(entry.client_id);
    if (timer !== undefined) this.around.clearTimer(timer);
    this.timers.delete(entry.client_id);
    this.tell();
  }

  private tell(): void {
    this.around.changed(this.entries);
  }
}

/** Keeps entries in the browser under `<prefix><client id>`; a full or forbidden storage is not fatal. */
export function browserStorage(prefix: string, store: Storage): OutboxStorage {
  const guarded = (run: () => void): void => {
    try {
      run();
    } catch {
      // Private windows and full disks refuse; the entry then lives in memory only.
    }
  };
  return {
    load() {
      const found: OutboxEntry[] = [];
      guarded(() => {
        for (let index = 0; index < store.length; index += 1) {
          const key = store.key(index);
          if (key?.startsWith(prefix)) found.push(JSON.parse(store.getItem(key) ?? "") as OutboxEntry);
        }
      });
      return found;
    },
    save: (entry) => guarded(() => store.setItem(prefix + entry.client_id, JSON.stringify(entry))),
    remove: (clientId) => guarded(() => store.removeItem(prefix + clientId)),
  };
}
