import { ApiError, VisitorApi } from "./api.ts";
import { Backoff } from "./backoff.ts";
import { Courier } from "./courier.ts";
import { randomId } from "./ids.ts";
import { Link, type LinkStatus, type Socket } from "./link.ts";
import type { Store } from "./memory.ts";
import { Outbox } from "./outbox.ts";
import type * as P from "./protocol.ts";
import { Timeline } from "./timeline.ts";
import { OurTyping, TheirTyping } from "./typing.ts";
import { sendByXhr, Uploads, type Send } from "./uploads.ts";
import { countsAsUnread, isRepetition, readUpTo, type View } from "./view.ts";

export type { View } from "./view.ts";

export interface ClientOptions {
  /** Origin of the service. */
  base: string;
  channel: "web" | "app";
  language: P.Language;
  store: Store;
  page: () => P.Page;
  device: () => P.Device;
  fetch?: typeof globalThis.fetch;
  openSocket?: (url: string) => Socket;
  upload?: Send;
  random?: () => number;
  newId?: () => string;
  socketTries?: number;
  pollFor?: number;
  /** The page's origin is not on the service's list. */
  refused?: () => void;
}

const PAGE = 50;
/** What was told this long before a loss may have been lost with it. */
const MAYBE_LOST = 10_000;
/** A page that is refused asks again this seldom, ms: somebody may be entering it under Settings. */
const REFUSED_FOR = 60_000;

/**
 * One visitor's end of the conversation: shows what the service has committed, in its order, without
 * loss or repetition, and sends what the visitor wrote at least once with an id that makes it once.
 */
export class VisitorClient {
  readonly api: VisitorApi;
  private readonly link: Link;
  private readonly timeline = new Timeline();
  private readonly outbox: Outbox;
  private readonly uploads: Uploads;
  private readonly courier: Courier;
  private readonly theirs = new TheirTyping(() => this.changed());
  private readonly ours = new OurTyping((on) => this.tell({ type: "typing", on }));
  private readonly newId: () => string;
  private readonly watchers = new Set<(view: View) => void>();
  private readonly hearers = new Set<(message: P.Message) => void>();

  private phase: View["phase"] = "idle";
  private status: LinkStatus = "connecting";
  private session: P.Session | null = null;
  private state: P.State | null = null;
  private identity: string | null = null;
  private hasMore = false;
  private loadingOlder = false;
  private readSeq = 0;
  /** What the service knows to be read, as far as we know. */
  private toldSeq = 0;
  private toldAt = 0;
  private acts = 0;
  private dismissed: string | null;
  private opening: Promise<void> | null = null;
  private wanted = false;
  private runs = 0;
  private wake: (() => void) | null = null;
  private deliveredTimer: ReturnType<typeof setTimeout> | undefined;
  private lastView: View | null = null;

  constructor(private readonly options: ClientOptions) {
    this.api = new VisitorApi(options.base, options.fetch ?? fetch.bind(globalThis));
    this.api.language = options.language;
    this.api.token = options.store.getItem(this.key("token"));
    this.dismissed = options.store.getItem(this.key("unrated"));
    this.outbox = new Outbox(options.store, this.key("out:"));
    this.newId = options.newId ?? randomId;
    this.uploads = new Uploads(
      this.api,
      options.upload ?? sendByXhr,
      () => this.changed(),
      (up) => this.sendBlob(up),
      () => this.timeline.cursor,
    );
    this.courier = new Courier(this.outbox, {
      online: () => this.status === "online",
      frame: (frame) => this.link.send(frame),
      post: (client_id, content) => this.asking(() => this.api.send(client_id, content)),
      reset: () => this.link.reset(),
      shown: (seq) => seq <= this.timeline.cursor,
      changed: () => this.changed(),
    });
    this.link = new Link(
      this.api,
      {
        cursor: () => this.timeline.cursor,
        receive: (frame) => this.receive(frame),
        renew: () => this.openSession(),
        linked: (status) => this.linked(status),
      },
      {
        openSocket: options.openSocket ?? ((url) => new WebSocket(url) as unknown as Socket),
        ...(options.random ? { random: options.random } : {}),
        ...(options.socketTries ? { socketTries: options.socketTries } : {}),
        ...(options.pollFor ? { pollFor: options.pollFor } : {}),
      },
    );
  }

  // ---- life ----------------------------------------------------------------------------------

  /** Open a session (as often as it takes) and stay linked until `stop`. */
  async start(): Promise<void> {
    if (this.wanted) return;
    this.wanted = true;
    const run = ++this.runs;
    const isOn = () => this.wanted && run === this.runs;
    const backoff = new Backoff(this.options.random);
    for (let refusals = 0; isOn();) {
      try {
        if (this.phase === "idle") this.enter("opening");
        await this.openSession();
        if (isOn()) this.link.start();
        return;
      } catch (error) {
        if (isOn()) this.linked("lost");
        refusals = (await this.isRefusal(error)) ? refusals + 1 : 0;
        if (!isOn()) return;
        const refused = refusals >= 2; // once may be an outage that was over when we asked why
        if (refused && this.phase !== "refused") this.options.refused?.();
        if (this.phase !== "ready") this.enter(refused ? "refused" : "opening");
        const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
        const wait = Math.max(backoff.next(), asked, refused ? REFUSED_FOR : 0);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, wait);
          this.wake = () => (clearTimeout(timer), resolve());
        });
      }
    }
  }
  private async isRefusal(error: unknown): Promise<boolean> {
    if (!(error instanceof ApiError)) return false;
    if (error.code === "origin_not_allowed") return true;
    return error.code === "network" && (await this.api.answersOthers());
  }
  stop(): void {
    this.wanted = false;
    this.wake?.();
    this.status = "connecting";
    this.link.stop();
    this.ours.stop();
    this.courier.interrupted();
  }
  /** The page was shown, focused or came online. */
  nudge(): void {
    this.wake?.();
    this.link.nudge();
  }

  get view(): View {
    this.lastView ??= {
      phase: this.phase,
      link: this.status,
      session: this.session,
      state: this.state,
      messages: this.timeline.messages,
      pending: this.outbox.entries,
      uploads: this.uploads.list,
      typing: this.theirs.current,
      hasMore: this.hasMore,
      loadingOlder: this.loadingOlder,
      unread: this.timeline.messages.filter((one) => one.seq > this.readSeq && countsAsUnread(one)).length,
      readSeq: this.readSeq,
      acts: this.acts,
      dismissed: this.dismissed,
    };
    return this.lastView;
  }
  watch(watcher: (view: View) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
  /** Each message that others write while we are here, once; not what only repeats the one before. */
  onMessage(hearer: (message: P.Message) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }
  /** An address of the service as this page can load it; null for anything but http(s). */
  url(path: string | null | undefined): string | null {
    if (!path) return null;
    try {
      const url = new URL(path, this.options.base);
      return /^https?:$/.test(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  }

  // ---- what the visitor does -----------------------------------------------------------------

  sendText(text: string): void {
    const content: P.TextContent = { type: "text", text };
    this.acts += 1;
    this.enqueue(content, content);
  }
  press(message: P.Message, index: number, title: string): void {
    const content = { type: "press", message_id: message.id, index } as const;
    this.acts += 1;
    this.enqueue(content, { ...content, title });
  }
  attach(file: File): void {
    if (!this.session) return;
    this.acts += 1;
    this.uploads.add(this.newId(), file, this.session.limits);
  }
  retryUpload(id: string): void {
    this.acts += 1;
    this.uploads.retry(id);
  }
  cancelUpload(id: string): void {
    this.uploads.cancel(id);
  }
  resend(client_id: string): void {
    this.acts += 1;
    this.outbox.retry(client_id, new Date());
    this.changed();
    this.courier.pump();
  }
  discard(client_id: string): void {
    this.outbox.drop(client_id);
    this.changed();
  }
  typing(): void {
    if (this.status === "online") this.ours.touch();
  }
  /** Everything up to here has been seen. */
  markRead(): void {
    const seq = this.timeline.cursor;
    if (seq <= this.readSeq) return;
    this.options.store.setItem(this.key("read"), String(seq));
    this.seen(seq);
    this.tellRead();
  }
  /** Now, or once there is a link. */
  private tellRead(): void {
    if (this.status !== "online" || this.readSeq <= this.toldSeq) return;
    this.toldSeq = this.readSeq;
    this.toldAt = Date.now();
    this.tell({ type: "read", seq: this.readSeq });
  }
  /** Another tab of this browser has shown everything up to `seq`. */
  seen(seq: number): void {
    this.readSeq = Math.max(this.readSeq, Math.min(seq, this.timeline.cursor));
    this.changed();
  }
  visited(page: P.Page): void {
    this.tell({ type: "page", ...page });
  }
  async askForHuman(): Promise<void> {
    this.take(await this.asking(() => this.api.askForHuman()));
  }
  async backToBot(): Promise<void> {
    this.take(await this.asking(() => this.api.backToBot()));
  }
  async close(): Promise<void> {
    this.take(await this.asking(() => this.api.close()));
  }
  async rate(service_id: string, score: number, comment?: string): Promise<void> {
    this.take(await this.asking(() => this.api.rate(service_id, score, comment)));
  }
  /** The visitor does not want to be asked about this service again, on this device. */
  dismissRating(service_id: string): void {
    this.dismissed = service_id;
    this.options.store.setItem(this.key("unrated"), service_id);
    this.changed();
  }
  async leaveMessage(text: string, contact: string): Promise<string> {
    return (await this.asking(() => this.api.leaveMessage(text, contact))).number;
  }

  async loadOlder(): Promise<void> {
    const before = this.timeline.oldest;
    const visitor = this.session?.visitor_id;
    if (!this.hasMore || this.loadingOlder || before === null) return;
    this.loadingOlder = true;
    this.changed();
    try {
      const page = await this.asking(() => this.api.messages({ before, limit: PAGE }));
      if (visitor !== this.session?.visitor_id) return;
      this.timeline.prepend(page.messages);
      this.hasMore = page.has_more;
    } finally {
      this.loadingOlder = false;
      this.changed();
    }
  }
  /** Signed addresses last an hour: fetch the message again for fresh ones. */
  async refresh(seq: number): Promise<void> {
    const page = await this.asking(() => this.api.messages({ before: seq + 1, limit: 1 }));
    for (const message of page.messages) this.timeline.replace(message);
    this.changed();
  }

  /** Who the visitor is, signed by the shop; null: logged out, so forget them on this device. */
  async identify(jwt: string | null): Promise<void> {
    this.identity = jwt;
    if (jwt === null) {
      this.api.token = null;
      this.options.store.removeItem(this.key("token"));
      this.outbox.clear();
    }
    if (this.session) await this.openSession(true);
  }
  async setLanguage(language: P.Language): Promise<void> {
    this.api.language = language;
    if (this.session) await this.openSession(true);
    this.changed();
  }

  // ---- the session ---------------------------------------------------------------------------

  private openSession(again = false): Promise<void> {
    if (again) this.opening = null;
    this.opening ??= this.begin().finally(() => (this.opening = null));
    return this.opening;
  }

  private async begin(): Promise<void> {
    const session = await this.api.session({
      channel: this.options.channel,
      token: this.api.token,
      identity: this.identity,
      language: this.api.language,
      page: this.options.page(),
      device: this.options.device(),
    });
    this.api.token = session.token;
    this.options.store.setItem(this.key("token"), session.token);
    if (this.session === null) await this.loadNewest(session.cursor, session.state.unread);
    else if (this.session.visitor_id !== session.visitor_id) await this.become(session);
    this.session = session;
    this.take(session.state);
    this.enter("ready");
  }

  /** Another visitor: nothing that is still on the way for the one before may be shown. */
  private async become(session: P.Session): Promise<void> {
    this.link.stop();
    this.courier.interrupted();
    this.session = session;
    this.timeline.reset([]);
    this.readSeq = this.toldSeq = 0;
    // Should this fail, the link starts at nothing and the service sends all there is.
    await this.loadNewest(session.cursor, session.state.unread).catch(() => undefined);
    if (this.wanted) this.link.start();
  }

  /** Show the newest page; older ones come when the visitor scrolls up. */
  private async loadNewest(cursor: number, unread: number | null): Promise<void> {
    const page = cursor > 0 ? await this.api.messages({ limit: PAGE }) : { messages: [], has_more: false };
    this.timeline.reset(page.messages, cursor);
    this.hasMore = page.has_more;
    this.settle(page.messages);
    if (unread !== null) {
      // The service counted up to the cursor; what was written since then nobody has read.
      const counted = page.messages.filter(({ seq }) => seq <= cursor);
      this.readSeq = this.toldSeq = readUpTo(counted, unread, cursor);
    }
    this.changed();
  }

  /** A call that gets a new session, once, where the token has run out. */
  private async asking<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      await this.openSession();
      return call();
    }
  }

  // ---- what the service says -----------------------------------------------------------------

  private async receive(frame: P.ServerFrame): Promise<void> {
    switch (frame.type) {
      case "hello":
      case "state":
        return this.take(frame.state);
      case "message":
        return this.arrive(frame.message);
      case "ack":
        return this.courier.acknowledged(frame.client_id, frame);
      case "typing":
        return this.theirs.set(frame.author, frame.on);
      case "error":
        return this.courier.refused(frame);
      case "resync":
        return this.loadNewest(frame.cursor, null);
      case "pong":
        return;
    }
  }

  private async arrive(message: P.Message): Promise<void> {
    const visitor = this.session?.visitor_id;
    let missing: P.Message[] = [];
    if (message.seq > this.timeline.cursor + 1) missing = await this.between(message.seq);
    if (visitor !== this.session?.visitor_id) return;
    for (const one of [...missing, message]) {
      const result = this.timeline.apply(one);
      if (result === "gap") throw new Error(`nothing between ${this.timeline.cursor} and ${one.seq}`);
      if (result === "applied") this.applied(one);
    }
    this.changed();
  }
  private async between(seq: number): Promise<P.Message[]> {
    let found: P.Message[] = [];
    for (let before = seq; before > this.timeline.cursor + 1; before = found[0]?.seq ?? 0) {
      const page = await this.asking(() => this.api.messages({ before, limit: PAGE }));
      if (!page.messages.length) break;
      found = [...page.messages, ...found];
    }
    return found;
  }
  private applied(message: P.Message): void {
    this.settle([message]);
    if (message.author.kind === "visitor") return;
    if (this.theirs.current && message.author.kind !== "system") this.theirs.set(this.theirs.current, false);
    clearTimeout(this.deliveredTimer);
    this.deliveredTimer = setTimeout(() => this.tell({ type: "delivered", seq: this.timeline.cursor }), 200);
    if (isRepetition(message, this.timeline.messages.at(-2))) return;
    for (const hear of this.hearers) hear(message);
  }
  private settle(messages: readonly P.Message[]): void {
    for (const { client_id } of messages) if (client_id !== null) this.courier.arrived(client_id);
    for (const { client_id, seq } of this.outbox.entries) {
      if (seq !== null && seq <= this.timeline.cursor) this.outbox.drop(client_id);
    }
  }

  private take(state: P.State): void {
    this.state = state;
    this.changed();
  }
  private linked(status: LinkStatus): void {
    // An attempt that follows a loss is still a loss to the reader.
    if (!(status === "connecting" && this.status === "lost")) this.status = status;
    if (status === "lost") {
      this.courier.interrupted();
      if (Date.now() - this.toldAt < MAYBE_LOST) this.toldSeq = 0;
    }
    if (status === "online") {
      this.courier.pump();
      this.tellRead();
    }
    this.changed();
  }

  // ---- sending -------------------------------------------------------------------------------

  private enqueue(content: P.Outgoing, shown: P.Content): void {
    this.outbox.add(this.newId(), content, shown, new Date());
    this.ours.stop();
    this.changed();
    this.courier.pump();
  }
  private sendBlob(uploaded: P.Uploaded): void {
    const kind = /^(image|audio|video)\//.exec(uploaded.mime)?.[1] as "image" | "audio" | "video" | undefined;
    const shown: P.Content =
      kind === "image"
        ? { type: "image", ...uploaded, width: uploaded.width ?? 0, height: uploaded.height ?? 0 }
        : { type: kind ?? "file", ...uploaded };
    this.enqueue({ type: kind ?? "file", blob_id: uploaded.blob_id }, shown);
  }

  /** Nice to know for the other side; nobody waits for it. */
  private tell(frame: P.ClientFrame): void {
    if (this.status !== "online" || this.link.send(frame)) return;
    const { type, ...body } = frame;
    if (type === "ping" || type === "send") return;
    void this.api.tell(type as "page", body as P.Page).catch(() => {
      if (type === "read") this.toldSeq = 0;
    });
  }

  private enter(phase: View["phase"]): void {
    this.phase = phase;
    this.changed();
  }
  private changed(): void {
    this.lastView = null;
    for (const watcher of this.watchers) watcher(this.view);
  }
  private key(name: string): string {
    return `keting:${this.options.base}:${name}`;
  }
}
