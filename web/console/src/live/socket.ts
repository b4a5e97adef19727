/**
 * The console's end of the socket: connect with a ticket, resume after the last applied event, apply events without
 * gaps, notice a dead line by missing pongs, come back with jitter.
 *
 * Nothing here knows of Vue, of the DOM or of the real clock, so that a test can play every drop.
 */
import type { ClientFrame, HelloFrame, HintFrame, ServerFrame, StreamEvent } from "./frames";

export const PING_MS = 15_000;
/** A line that has been silent this long is dead, whatever the browser says. */
export const SILENCE_MS = 25_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** Application codes: the session has ended, too many sockets of one person. */
const NOT_AUTHORISED = 4001;
const TOO_MANY = 4009;

/**
 * `connecting`: a first or a new attempt runs; `behind`: connected, missed events still arrive or a reload runs;
 * `live`: everything up to now is applied; `waiting`: dropped, the next attempt is set; `stopped`: not wanted.
 */
export type LineState = "stopped" | "connecting" | "behind" | "live" | "waiting";

export interface Line {
  send(data: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface Surroundings {
  ticket(): Promise<string>;
  /** `after` is null on the first connection: the stream then starts at the present. */
  open(ticket: string, after: number | null): Line;
  setTimer(run: () => void, afterMs: number): number;
  clearTimer(timer: number): void;
  now(): number;
  random(): number;
}

export interface Listener {
  /** Called once per event, in order, never twice for one `seq`. */
  event(event: StreamEvent): void;
  hint(frame: HintFrame): void;
  hello(frame: HelloFrame, isFirst: boolean): void;
  /** Load everything again; the line stays `behind` until the promise settles. */
  resync(): Promise<void>;
  state(state: LineState): void;
  /** The session has ended; the line has stopped. */
  unauthorised(): void;
}

export class LiveSocket {
  state: LineState = "stopped";
  /** The last event that was applied; null before the first hello. */
  cursor: number | null = null;
  /** When the next attempt starts, in the clock of `now()`; for the banner's countdown. */
  nextAttemptAt: number | null = null;

  private line: Line | null = null;
  private head = 0;
  private reloading = false;
  /** Counts reloads: only the end of the newest one ends being behind. */
  private reloads = 0;
  private attempts = 0;
  private heardAt = 0;
  private timers = new Map<"retry" | "ping", number>();
  /** Grows with every connection, so that callbacks of an abandoned one are told apart. */
  private generation = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {}

  start(): void {
    if (this.state === "stopped") void this.connect();
  }

  stop(): void {
    this.drop();
    this.cursor = null;
    this.attempts = 0;
    this.become("stopped");
  }

  /** The page is visible again or the network is back: do not wait for the timer, and test a quiet line. */
  nudge(): void {
    if (this.state === "waiting") {
      this.attempts = 0;
      void this.connect();
    } else if (this.line && this.around.now() - this.heardAt > SILENCE_MS) {
      this.lost(0);
    } else if (this.line) {
      this.send({ type: "ping" });
    }
  }

  /** The same line opened anew, with everything loaded again: what it tells depends on how it was opened. */
  renew(): void {
    if (this.state === "stopped") return;
    this.drop();
    this.cursor = null;
    this.attempts = 0;
    void this.connect();
  }

  /** The browser says that there is no network: do not wait for the silence to prove it. */
  unplugged(): void {
    if (this.line) this.lost(0);
  }

  /** False when the frame was not sent; hints are not worth keeping. */
  send(frame: ClientFrame): boolean {
    if (!this.line || (this.state !== "live" && this.state !== "behind")) return false;
    this.line.send(JSON.stringify(frame));
    return true;
  }

  private async connect(): Promise<void> {
    this.drop();
    const generation = this.generation;
    this.become("connecting");
    let ticket: string;
    try {
      ticket = await this.around.ticket();
    } catch (error) {
      if (generation !== this.generation) return;
      if (isUnauthorised(error)) this.end();
      else this.lost(0);
      return;
    }
    if (generation !== this.generation) return;
    this.heardAt = this.around.now();
    const line = this.around.open(ticket, this.cursor);
    this.line = line;
    line.onmessage = (event) => generation === this.generation && this.receive(event.data);
    line.onclose = (event) => generation === this.generation && this.lost(event.code);
    this.beat();
  }

  private receive(data: string): void {
    this.heardAt = this.around.now();
    let frame: ServerFrame;
    try {
      frame = JSON.parse(data) as ServerFrame;
    } catch {
      return;
    }
    switch (frame.type) {
      case "hello":
        return this.greet(frame);
      case "event":
        return this.apply(frame);
      case "resync":
        return this.resync(frame.cursor);
      case "pong":
      case "error":
        return;
      default:
        this.listener.hint(frame);
    }
  }

  private greet(frame: HelloFrame): void {
    this.attempts = 0;
    this.head = frame.cursor;
    const isFirst = this.cursor === null;
    this.become("behind");
    this.listener.hello(frame, isFirst);
    // A stream that is shorter than what we hold was restored from a backup: what we hold is not of it.
    if (isFirst || frame.cursor < this.cursor!) this.resync(frame.cursor);
    else this.settle();
  }

  private apply(event: StreamEvent): void {
    const cursor = this.cursor ?? 0;
    if (event.seq <= cursor) return;
    // A hole means that frames were lost on the way: ask again from the last good one.
    if (event.seq !== cursor + 1) return this.lost(0);
    this.cursor = event.seq;
    this.listener.event(event);
    this.settle();
  }

  private resync(cursor: number): void {
    const generation = this.generation;
    this.reloads += 1;
    const reload = this.reloads;
    this.cursor = cursor;
    this.head = Math.max(this.head, cursor);
    this.reloading = true;
    this.become("behind");
    this.listener.resync().then(
      () => {
        if (generation !== this.generation || reload !== this.reloads) return;
        this.reloading = false;
        this.settle();
      },
      () => {
        if (generation !== this.generation) return;
        // The events below `cursor` were never seen, so the next connection must load everything again.
        this.cursor = null;
        this.lost(0);
      },
    );
  }

  private settle(): void {
    if (!this.line || this.reloading || this.cursor === null) return;
    if (this.cursor >= this.head) this.become("live");
  }

  private lost(code: number): void {
    // A reload that was cut short leaves a hole: start over from a snapshot.
    if (this.reloading) this.cursor = null;
    this.drop();
    if (code === NOT_AUTHORISED && this.attempts > 0) return this.end();
    const delay = code === TOO_MANY ? LONGEST_DELAY_MS : this.delay(code);
    this.attempts += 1;
    this.nextAttemptAt = this.around.now() + delay;
    this.timers.set(
      "retry",
      this.around.setTimer(() => void this.connect(), delay),
    );
    this.become("waiting");
  }

  /** Full jitter over a doubling window; a restarting service (1001) is worth an early first try. */
  private delay(code: number): number {
    const first = code === 1001 && this.attempts === 0 ? FIRST_DELAY_MS / 2 : FIRST_DELAY_MS;
    const window = Math.min(LONGEST_DELAY_MS, first * 2 ** this.attempts);
    return Math.round(window / 2 + (window / 2) * this.around.random());
  }

  private beat(): void {
    this.timers.set(
      "ping",
      this.around.setTimer(() => {
        if (this.around.now() - this.heardAt > SILENCE_MS) return this.lost(0);
        this.send({ type: "ping" });
        this.beat();
      }, PING_MS),
    );
  }

  private end(): void {
    this.drop();
    this.become("stopped");
    this.listener.unauthorised();
  }

  private drop(): void {
    this.generation += 1;
    this.reloading = false;
    this.nextAttemptAt = null;
    for (const timer of this.timers.values()) this.around.clearTimer(timer);
    this.timers.clear();
    const line = this.line;
    this.line = null;
    if (!line) return;
    line.onmessage = line.onclose = line.onopen = null;
    try {
      line.close(1000);
    } catch {
      // Closing a line that never opened throws in some browsers; it is gone either way.
    }
  }

  private become(state: LineState): void {
    if (this.state === state) return;
    this.state = state;
    this.listener.state(state);
  }
}

function isUnauthorised(error: unknown): boolean {
  return typeof error === "object" && error !== null && (error as { status?: number }).status === 401;
}
