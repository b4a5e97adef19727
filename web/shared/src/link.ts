import { ApiError, type VisitorApi } from "./api.ts";
import { Backoff } from "./backoff.ts";
import { CLOSE, type ClientFrame, type ServerFrame } from "./protocol.ts";

/** What the link needs of its owner. */
export interface LinkOwner {
  /** Where to resume. */
  cursor(): number;
  /** One frame, in order; the next one waits for it.  A failure drops the link, which then resumes. */
  receive(frame: ServerFrame): Promise<void>;
  /** The token is no longer good. */
  renew(): Promise<void>;
  linked(status: LinkStatus): void;
}
export type LinkStatus = "connecting" | "online" | "lost";

/** The part of `WebSocket` that we use. */
export interface Socket {
  readyState: number;
  send(text: string): void;
  close(code?: number): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: unknown) => void) | null;
}

export interface LinkOptions {
  openSocket: (url: string) => Socket;
  random?: () => number;
  /** Sockets that fail this often in a row before their first frame make us poll. */
  socketTries?: number;
  /** How long we poll before we try a socket again, ms. */
  pollFor?: number;
}

const OPEN = 1;
const HELLO_WITHIN = 10_000;
const PONG_WITHIN = 5_000;
const LIVED = 5_000;

/** Keeps frames flowing: a socket where possible, long polling where not, resuming after every loss. */
export class Link {
  private running: AbortController | null = null;
  private socket: Socket | null = null;
  private wake: (() => void) | null = null;
  private failedSockets = 0;
  private heardAt = 0;
  private readonly ends = new WeakMap<Socket, (code: number) => void>();
  private readonly backoff: Backoff;

  constructor(
    private readonly api: VisitorApi,
    private readonly owner: LinkOwner,
    private readonly options: LinkOptions,
  ) {
    this.backoff = new Backoff(options.random);
  }

  start(): void {
    if (this.running) return;
    this.running = new AbortController();
    void this.run(this.running.signal);
  }
  stop(): void {
    this.running?.abort();
    this.running = null;
    this.wake?.();
  }
  /** The page was shown, focused or came online: find out now whether the link still lives. */
  nudge(): void {
    this.backoff.reset();
    if (this.wake) return this.wake();
    const socket = this.socket;
    if (!socket || !this.send({ type: "ping" })) return;
    const asked = Date.now();
    setTimeout(() => this.heardAt < asked && this.drop(socket), PONG_WITHIN);
  }
  /** Drop the connection and resume: something is wrong with it. */
  reset(): void {
    if (this.socket) this.drop(this.socket);
  }
  /** False where there is no open socket: use REST. */
  send(frame: ClientFrame): boolean {
    if (this.socket?.readyState !== OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.owner.linked("connecting");
      const polling = this.failedSockets >= (this.options.socketTries ?? 3);
      const began = Date.now();
      let wait: number | null = null;
      try {
        wait = polling ? await this.poll(signal) : await this.converse(signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) await this.renew();
        else if (error instanceof ApiError && error.retryAfter) wait = error.retryAfter * 1000;
      }
      if (signal.aborted) return;
      if (Date.now() - began > LIVED) this.backoff.reset();
      this.owner.linked("lost");
      await this.pause(Math.max(wait ?? 0, polling && wait === 0 ? 0 : this.backoff.next()));
    }
  }

  /** One socket from ticket to close.  Answers the least time to wait before the next, ms. */
  private async converse(signal: AbortSignal): Promise<number> {
    const { ticket } = await this.api.ticket();
    if (signal.aborted) return 0;
    this.failedSockets += 1;
    const socket = this.options.openSocket(this.api.socketUrl(ticket, this.owner.cursor()));
    const { code, greeted } = await this.listen(socket, signal);
    if (code === CLOSE.notAuthorised && !greeted) await this.renew();
    if (code === CLOSE.tooManyFrames || code === CLOSE.tooManySockets) return 5_000;
    return 0;
  }

  private listen(socket: Socket, signal: AbortSignal): Promise<{ code: number; greeted: boolean }> {
    return new Promise((resolve) => {
      let greeted = false;
      let heartbeat: ReturnType<typeof setInterval> | undefined;
      let chain = Promise.resolve();
      const end = (code: number) => {
        clearTimeout(patience);
        clearInterval(heartbeat);
        signal.removeEventListener("abort", abandon);
        socket.onmessage = socket.onclose = socket.onerror = null;
        if (this.socket === socket) this.socket = null;
        // Frames that came before the end still count; wait for them, so that we resume behind them.
        void chain.finally(() => resolve({ code, greeted }));
      };
      const patience = setTimeout(() => this.drop(socket), HELLO_WITHIN);
      const take = async (frame: ServerFrame) => {
        if (signal.aborted) return;
        await this.owner.receive(frame);
        if (frame.type !== "hello") return;
        this.socket = socket;
        this.owner.linked("online");
      };
      socket.onmessage = ({ data }) => {
        this.heardAt = Date.now();
        const frame = parse(data);
        if (!frame || signal.aborted) return;
        if (frame.type === "hello" && !greeted) {
          greeted = true;
          this.failedSockets = 0;
          clearTimeout(patience);
          heartbeat = this.beat(socket, frame.heartbeat_s * 1000);
        }
        chain = chain.then(() => take(frame)).catch(() => this.drop(socket));
      };
      socket.onclose = ({ code }) => end(code);
      socket.onerror = () => undefined; // a close follows
      this.ends.set(socket, end);
      const abandon = () => this.drop(socket);
      signal.addEventListener("abort", abandon);
    });
  }
  /** Close without waiting for the other side, which may be gone. */
  private drop(socket: Socket): void {
    const end = this.ends.get(socket);
    this.ends.delete(socket);
    end?.(1006);
    socket.close();
  }

  private beat(socket: Socket, every: number): ReturnType<typeof setInterval> {
    return setInterval(() => {
      if (Date.now() - this.heardAt > 2 * every) this.drop(socket);
      else if (socket.readyState === OPEN) socket.send('{"type":"ping"}');
    }, every);
  }

  /** Long polling for a while.  Answers 0: a socket may be tried at once. */
  private async poll(signal: AbortSignal): Promise<number> {
    const until = Date.now() + (this.options.pollFor ?? 60_000);
    for (let wait = 0; Date.now() < until && !signal.aborted; wait = 25) {
      const { frames } = await this.api.events(this.owner.cursor(), wait, signal);
      for (const frame of frames) if (!signal.aborted) await this.owner.receive(frame);
      if (!signal.aborted) this.owner.linked("online");
      this.backoff.reset();
    }
    this.failedSockets -= 1; // one more try; its failure brings us straight back
    return 0;
  }

  private async renew(): Promise<void> {
    await this.owner.renew().catch(() => undefined); // tried again after the pause
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), ms);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
    });
  }
}

const parse = (data: unknown): ServerFrame | null => {
  try {
    return JSON.parse(String(data)) as ServerFrame;
  } catch {
    return null;
  }
};
