/**
 * Timers that also run in a hidden tab. Pings are this person's liveness: if they came once a minute, colleagues
 * would get the conversations of everybody who looks at another tab.
 */
export interface Timers {
  setTimer(run: () => void, afterMs: number): number;
  clearTimer(timer: number): void;
}

export function workerTimers(): Timers {
  let worker: Worker;
  try {
    worker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });
  } catch {
    return pageTimers;
  }
  const waiting = new Map<number, { run: () => void; at: number }>();
  let next = 1;
  const pages = new Map<number, number>();
  let isBroken = false;

  const fire = (timer: number): void => {
    const wish = waiting.get(timer);
    waiting.delete(timer);
    pages.delete(timer);
    wish?.run();
  };
  const onPage = (timer: number, afterMs: number): void =>
    void pages.set(
      timer,
      pageTimers.setTimer(() => fire(timer), afterMs),
    );

  worker.onmessage = ({ data }: MessageEvent<number>) => fire(data);
  // A worker that cannot be loaded says so only later: what waits goes on with the page's own timers.
  worker.onerror = () => {
    isBroken = true;
    for (const [timer, { at }] of waiting) onPage(timer, Math.max(0, at - Date.now()));
  };

  return {
    setTimer(run, afterMs) {
      const timer = next++;
      waiting.set(timer, { run, at: Date.now() + afterMs });
      if (isBroken) onPage(timer, afterMs);
      else worker.postMessage({ timer, afterMs });
      return timer;
    },
    clearTimer(timer) {
      if (!waiting.delete(timer)) return;
      const page = pages.get(timer);
      if (page !== undefined) pageTimers.clearTimer(page);
      else worker.postMessage({ timer, afterMs: null });
    },
  };
}

const pageTimers: Timers = {
  setTimer: (run, afterMs) => window.setTimeout(run, afterMs),
  clearTimer: (timer) => window.clearTimeout(timer),
};
