/** A world between client and service where anything may break, steered by one seed. */
import { FakeService, type FakeOptions } from "../../dev/fake/service.ts";
import type { Socket } from "../src/link.ts";

/** A small seeded generator (mulberry32): the same seed, the same story. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export interface Faults {
  /** Chance that a request is lost before, and after, it took effect. */
  requestLost: number;
  answerLost: number;
  /** Chance, per frame either way, that the socket dies instead of carrying it. */
  socketDies: number;
  /** Chance that a frame of the service comes twice, or not at all while the socket lives on. */
  repeated: number;
  skipped: number;
  /** Most time that a frame or a request is on the way, ms. */
  delay: number;
  /** No socket gets through at all. */
  noSockets: boolean;
}
export const CALM: Faults = {
  requestLost: 0,
  answerLost: 0,
  socketDies: 0,
  repeated: 0,
  skipped: 0,
  delay: 5,
  noSockets: false,
};

export class World {
  readonly service: FakeService;
  faults: Faults = { ...CALM };
  /** Nothing gets through while true. */
  down = false;
  readonly sockets = new Set<FakeSocket>();
  requests: string[] = [];

  constructor(
    readonly random: () => number,
    options: FakeOptions = {},
  ) {
    let id = 0;
    this.service = new FakeService({ newId: () => `id-${++id}`, ...options });
  }

  chance(share: number): boolean {
    return this.random() < share;
  }
  get latency(): number {
    return 1 + this.random() * this.faults.delay;
  }

  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    this.requests.push(`${init.method} ${url.pathname}`);
    const answer = await new Promise<Response>((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      void this.carry(url, init).then(resolve, reject);
    });
    return answer;
  };

  private async carry(url: URL, init: RequestInit): Promise<Response> {
    await this.pass();
    if (this.down || this.chance(this.faults.requestLost)) throw new TypeError("lost on the way");
    const headers = new Headers(init.headers);
    const { status, body } = await this.service.handle({
      method: init.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      token: headers.get("Authorization")?.slice(7) ?? null,
      body: init.body ? JSON.parse(init.body as string) : null,
    });
    await this.pass();
    if (this.down || this.chance(this.faults.answerLost)) throw new TypeError("lost on the way back");
    return new Response(JSON.stringify(body), { status });
  }
  private pass(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.latency));
  }

  readonly openSocket = (url: string): Socket => new FakeSocket(this, new URL(url));

  cutAll(): void {
    for (const socket of [...this.sockets]) socket.die(1006);
  }
}

/** Carries frames in order, some time later; what is on the way when it dies is lost. */
class FakeSocket implements Socket {
  readyState = 0;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  private server: { frame(text: string): void; gone(): void } | null = null;
  private readyAt = { up: 0, down: 0 };

  constructor(
    private readonly world: World,
    url: URL,
  ) {
    setTimeout(() => {
      if (this.readyState !== 0) return;
      if (world.down || world.faults.noSockets) return this.die(1006);
      world.sockets.add(this);
      this.readyState = 1;
      this.server = world.service.connect(
        url.searchParams.get("ticket") ?? "",
        Number(url.searchParams.get("after")),
        { send: (text) => this.receive(text), close: (code) => this.die(code) },
      );
    }, world.latency);
  }

  send(text: string): void {
    if (this.world.chance(this.world.faults.socketDies)) return this.die(1006);
    this.later("up", () => this.server?.frame(text));
  }
  close(): void {
    this.die(1000);
  }
  die(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.world.sockets.delete(this);
    this.server?.gone();
    setTimeout(() => this.onclose?.({ code }), 1);
  }

  private receive(text: string): void {
    const { faults } = this.world;
    if (this.world.chance(faults.socketDies)) return this.die(1006);
    if (text.includes('"message":{') && this.world.chance(faults.skipped)) return;
    const times = this.world.chance(faults.repeated) ? 2 : 1;
    for (let i = 0; i < times; i++) this.later("down", () => this.onmessage?.({ data: text }));
  }
  private later(way: "up" | "down", action: () => void): void {
    const at = Math.max(this.readyAt[way], Date.now() + this.world.latency);
    this.readyAt[way] = at;
    setTimeout(() => this.readyState === 1 && action(), at - Date.now());
  }
}
