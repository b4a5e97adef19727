import type { AuthorKind } from "./protocol.ts";

export interface Typist {
  kind: AuthorKind;
  name: string;
}

const FORGET_AFTER = 6_000;
const REPEAT_AFTER = 3_000;
const STOPPED_AFTER = 4_000;

/** Who types on the other side; a lost "stopped" is forgotten by itself. */
export class TheirTyping {
  current: Typist | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  set(who: Typist, on: boolean): void {
    clearTimeout(this.timer);
    if (on) this.timer = setTimeout(() => this.set(who, false), FORGET_AFTER);
    this.current = on ? who : null;
    this.changed();
  }
}

/** Tells the service that we type: at once, then now and then, and when we stop. */
export class OurTyping {
  private toldAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: (on: boolean) => void) {}

  touch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stop(), STOPPED_AFTER);
    if (Date.now() - this.toldAt < REPEAT_AFTER) return;
    this.toldAt = Date.now();
    this.tell(true);
  }
  stop(): void {
    clearTimeout(this.timer);
    if (this.toldAt) this.tell(false);
    this.toldAt = 0;
  }
}
