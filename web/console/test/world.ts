/** A clock, a network and a service that a test moves by hand. */
import type { Message } from "../src/api/types";
import type { HelloFrame, HintFrame, ServerFrame, StreamEvent } from "../src/live/frames";
import { type Line, type LineState, type Listener, LiveSocket } from "../src/live/socket";
import type { OutboxEntry, OutboxStorage } from "../src/live/outbox";

export class Timers {
  nowMs = 0;
  private next = 1;
  private waiting = new Map<number, { at: number; run: () => void }>();

  setTimer = (run: () => void, afterMs: number): number => {
    this.waiting.set(this.next, { at: this.nowMs + afterMs, run });
    return this.next++;
  };
  clearTimer = (timer: number): void => void this.waiting.delete(timer);

  /** Runs what falls due, in order, and lets promises settle in between. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    for (;;) {
      await settled();
      const due = [...this.waiting]
        .filter(([, timer]) => timer.at <= until)
        .sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.waiting.delete(due[0]);
      this.nowMs = Math.max(this.nowMs, due[1].at);
      due[1].run();
    }
    this.nowMs = until;
  }
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) await Promise.resolve();
}

export class FakeLine implements Line {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: { type: string }[] = [];
  isClosed = false;

  constructor(readonly after: number | null) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data) as { type: string });
  }
  close(): void {
    this.isClosed = true;
  }
  receive(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  drop(code = 1006): void {
    this.onclose?.({ code });
  }
}

export function eventOf(seq: number): StreamEvent {
  return {
    type: "event",
    seq,
    at: "",
    kind: "conversation",
    data: { conversation: { id: `c${seq}` } },
  } as StreamEvent;
}

export function helloOf(cursor: number): HelloFrame {
  return { type: "hello", cursor, me: {}, bot: {} } as HelloFrame;
}

/** A socket with everything around it in the test's hands. */
export class Desk implements Listener {
  timers = new Timers();
  lines: FakeLine[] = [];
  applied: number[] = [];
  states: LineState[] = [];
  resyncs = 0;
  ended = false;
  ticket: () => Promise<string> = () => Promise.resolve("ticket");
  reload: () => Promise<void> = () => Promise.resolve();
  socket = new LiveSocket(
    {
      ticket: () => this.ticket(),
      open: (_ticket, after) => {
        this.lines.push(new FakeLine(after));
        return this.line;
      },
      setTimer: this.timers.setTimer,
      clearTimer: this.timers.clearTimer,
      now: () => this.timers.nowMs,
      random: () => 0.5,
    },
    this,
  );

  get line(): FakeLine {
    return this.lines.at(-1)!;
  }
  event(event: StreamEvent): void {
    this.applied.push(event.seq);
  }
  hint(_frame: HintFrame): void {}
  hello(): void {}
  resync(): Promise<void> {
    this.resyncs += 1;
    return this.reload();
  }
  state(state: LineState): void {
    this.states.push(state);
  }
  unauthorised(): void {
    this.ended = true;
  }

  /** Connects and is live at `cursor`. */
  async begin(cursor = 0): Promise<void> {
    this.socket.start();
    await settled();
    this.line.receive(helloOf(cursor));
    await settled();
  }
}

export class MemoryStorage implements OutboxStorage {
  kept = new Map<string, OutboxEntry>();
  load = (): OutboxEntry[] => [...this.kept.values()].map((entry) => structuredClone(entry));
  save = (entry: OutboxEntry): void => void this.kept.set(entry.client_id, structuredClone(entry));
  remove = (clientId: string): void => void this.kept.delete(clientId);
}

/** A service that keeps one message for each client id, as the real one promises. */
export class FakeService {
  stored: { client_id: string; text: string; seen: number }[] = [];
  requests = 0;
  /** What happens to the next requests, first to last; nothing left: they succeed. */
  plan: ("lose request" | "lose answer" | "behind" | "refuse" | "overload")[] = [];

  async take(entry: OutboxEntry): Promise<Message> {
    this.requests += 1;
    const fate = this.plan.shift();
    await Promise.resolve();
    if (fate === "lose request") throw new Error("network");
    if (fate === "overload") throw new Error("overload");
    if (fate === "behind") throw new Error("behind");
    if (fate === "refuse") throw new Error("refuse");
    const text = entry.content.type === "text" ? entry.content.text : entry.content.blob_id;
    if (!this.stored.some((message) => message.client_id === entry.client_id)) {
      this.stored.push({ client_id: entry.client_id, text, seen: entry.seen });
    }
    if (fate === "lose answer") throw new Error("network");
    return { id: entry.client_id, client_id: entry.client_id } as Message;
  }
}
