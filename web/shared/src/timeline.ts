import type { Message } from "./protocol.ts";

/**
 * The visitor's messages as one unbroken run of `seq`.
 *
 * Nothing enters that would leave a hole: `apply` says so and the caller fetches what is missing.
 */
export class Timeline {
  private run: readonly Message[] = [];

  constructor(private start = 0) {}

  get messages(): readonly Message[] {
    return this.run;
  }
  /** The highest seq with nothing missing below it: where to resume. */
  get cursor(): number {
    return this.run.at(-1)?.seq ?? this.start;
  }
  get oldest(): number | null {
    return this.run[0]?.seq ?? null;
  }

  apply(message: Message): "applied" | "known" | "gap" {
    if (message.seq <= this.cursor) return "known";
    if (message.seq > this.cursor + 1) return "gap";
    this.run = [...this.run, message];
    return "applied";
  }

  /** Put an older page in front; a page that does not join is dropped. */
  prepend(page: readonly Message[]): void {
    const older = page.filter((message) => this.oldest === null || message.seq < this.oldest);
    const last = older.at(-1);
    if (last && this.oldest !== null && last.seq !== this.oldest - 1) return;
    this.run = [...older, ...this.run];
  }

  /** Forget everything and start from a page (or from a cursor with nothing before it). */
  reset(page: readonly Message[], cursor = 0): void {
    this.run = page;
    this.start = cursor;
  }

  /** Swap in a fresh copy (new signed addresses). */
  replace(fresh: Message): void {
    this.run = this.run.map((message) => (message.id === fresh.id ? fresh : message));
  }
}
