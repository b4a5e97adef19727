/**
 * How long to wait before the next try: full jitter below a growing ceiling, so that a thousand
 * clients that lost the same server do not come back in one second.
 */
export class Backoff {
  private tries = 0;

  constructor(
    private readonly random: () => number = Math.random,
    private readonly first = 1_000,
    private readonly most = 30_000,
  ) {}

  get failures(): number {
    return this.tries;
  }
  /** Milliseconds. */
  next(): number {
    const ceiling = Math.min(this.most, this.first * 2 ** this.tries);
    this.tries += 1;
    return ceiling / 4 + this.random() * ceiling * 0.75;
  }
  reset(): void {
    this.tries = 0;
  }
}
