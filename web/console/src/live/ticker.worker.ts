/** Keeps time for the page: browsers slow the timers of hidden tabs down to one a minute, but not those of workers. */
interface Wish {
  timer: number;
  /** Null: no longer wanted. */
  afterMs: number | null;
}

const running = new Map<number, ReturnType<typeof setTimeout>>();

self.onmessage = ({ data: { timer, afterMs } }: MessageEvent<Wish>): void => {
  clearTimeout(running.get(timer));
  running.delete(timer);
  if (afterMs === null) return;
  const ring = (): void => {
    running.delete(timer);
    self.postMessage(timer);
  };
  running.set(timer, setTimeout(ring, afterMs));
};

export {};
