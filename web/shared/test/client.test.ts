import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ApiError } from "../src/api.ts";
import { VisitorClient, type ClientOptions } from "../src/client.ts";
import { memoryStore, type Store } from "../src/memory.ts";
import type { Author, Content, Message } from "../src/protocol.ts";
import { isRepetition, ticketReply } from "../src/view.ts";
import { CALM, seeded, World, type Faults } from "./world.ts";

const BOT: Author = { kind: "bot", id: null, name: "小客", avatar: null };
const SYSTEM: Author = { kind: "system", id: null, name: "", avatar: null };
const PAGE = { url: "https://shop.example/", title: "Shop", referrer: "" };
const DEVICE = { user_agent: "test", screen: "390x844", time_zone: "Asia/Shanghai" };

const clients: VisitorClient[] = [];
const client = (world: World, store: Store = memoryStore(), more: Partial<ClientOptions> = {}) => {
  const one = new VisitorClient({
    base: "https://service.example",
    channel: "web",
    language: "zh",
    store,
    page: () => PAGE,
    device: () => DEVICE,
    fetch: world.fetch,
    openSocket: world.openSocket,
    random: world.random,
    ...more,
  });
  clients.push(one);
  return one;
};
const visitorOf = (world: World) => [...world.service.visitors.values()][0]!;
const texts = (messages: readonly Message[]) =>
  messages.map(({ content }) => ("text" in content ? content.text : content.type));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-01-01T09:00:00Z") }));
afterEach(() => {
  for (const one of clients.splice(0)) one.stop();
  vi.useRealTimers();
});

describe("a conversation", () => {
  test("what the visitor writes appears at once as pending and then once as sent", async () => {
    const world = new World(seeded(1));
    const one = client(world);
    void one.start();
    await pass(500);
    one.sendText("在吗");
    expect(one.view.pending.map((entry) => entry.status)).toEqual(["waiting"]);
    await pass(500);
    expect(one.view.pending).toEqual([]);
    expect(texts(one.view.messages)).toEqual(["在吗"]);
  });

  test("several messages written at once are committed in the order they were written", async () => {
    const world = new World(seeded(2));
    const one = client(world);
    void one.start();
    for (const text of ["一", "二", "三"]) one.sendText(text);
    await pass(1000);
    expect(texts(visitorOf(world).messages)).toEqual(["一", "二", "三"]);
  });

  test("a message that the service refuses is marked and does not hold up the next", async () => {
    const world = new World(seeded(3));
    const one = client(world);
    void one.start();
    await pass(500);
    one.sendText("x".repeat(5000));
    one.sendText("短的");
    await pass(1000);
    expect(one.view.pending.map((entry) => entry.status)).toEqual(["failed"]);
    expect(texts(one.view.messages)).toEqual(["短的"]);
    one.discard(one.view.pending[0]!.client_id);
    expect(one.view.pending).toEqual([]);
  });

  test("history across conversations comes page by page without holes", async () => {
    const world = new World(seeded(4));
    const store = memoryStore();
    const first = client(world, store);
    void first.start();
    await pass(500);
    for (let i = 1; i <= 120; i++) visitorOf(world).append(BOT, { type: "text", text: String(i) });
    first.stop();
    const again = client(world, store);
    void again.start();
    await pass(500);
    expect(again.view.messages).toHaveLength(50);
    for (let i = 0; i < 2; i++) {
      void again.loadOlder();
      await pass(100);
    }
    expect(again.view.hasMore).toBe(false);
    expect(again.view.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });
});

describe("unread", () => {
  test("counts what bot and agents wrote since the visitor last looked, also over a reload", async () => {
    const world = new World(seeded(5));
    const store = memoryStore();
    const one = client(world, store);
    void one.start();
    await pass(500);
    visitorOf(world).append(BOT, { type: "text", text: "一" });
    await pass(100);
    expect(one.view.unread).toBe(1);
    one.markRead();
    await pass(100);
    visitorOf(world).append(BOT, { type: "text", text: "二" });
    await pass(100);
    one.stop();
    const again = client(world, store);
    void again.start();
    await pass(500);
    expect(again.view.unread).toBe(1);
  });

  test("what is written between the session and the first page of history counts too", async () => {
    const world = new World(seeded(5));
    const store = memoryStore();
    const one = client(world, store);
    void one.start();
    await pass(500);
    visitorOf(world).append(BOT, { type: "text", text: "一" });
    await pass(100);
    one.markRead();
    await pass(100);
    one.stop();
    const again = client(world, store, {
      fetch: (input, init) => {
        if (String(input).includes("/messages?")) {
          visitorOf(world).append(BOT, { type: "text", text: "二" });
        }
        return world.fetch(input, init);
      },
    });
    void again.start();
    await pass(500);
    expect(texts(again.view.messages)).toEqual(["一", "二"]);
    expect(again.view.unread).toBe(1);
  });
});

describe("news of a ticket", () => {
  const news = (more: object): Content => ({
    type: "event",
    name: "ticket_updated",
    data: { number: "T260101-0001", state: "open", ...more },
    text: { zh: "…", en: "…" },
  });

  test("are unread until they are seen, also over a reload; other events never are", async () => {
    const world = new World(seeded(21));
    const store = memoryStore();
    const one = client(world, store);
    const heard: number[] = [];
    one.onMessage(({ seq }) => heard.push(seq));
    void one.start();
    await pass(500);
    visitorOf(world).append(SYSTEM, news({ comment: "修好了", agent: { name: "林晓", avatar: null } }));
    visitorOf(world).append(SYSTEM, { ...news({}), name: "closed" } as Content);
    visitorOf(world).append(SYSTEM, news({ state: "resolved" }));
    await pass(100);
    expect(one.view.unread).toBe(2);
    expect(heard).toEqual([1, 2, 3]);
    one.stop();
    const again = client(world, store);
    void again.start();
    await pass(500);
    expect(again.view.state?.unread).toBe(2);
    expect(again.view.unread).toBe(2);
    again.markRead();
    await pass(500);
    expect(again.view.unread).toBe(0);
  });

  test("a reply has its words, its ticket and who wrote it", () => {
    const message = (content: Content) => ({ content, author: SYSTEM }) as Message;
    expect(ticketReply(message(news({ comment: "好了", agent: { name: "林晓", avatar: "/a" } })))).toEqual({
      number: "T260101-0001",
      text: "好了",
      name: "林晓",
      avatar: "/a",
    });
    expect(ticketReply(message(news({ comment: "好了" })))).toMatchObject({ name: "", avatar: null });
    expect(ticketReply(message(news({ state: "resolved" })))).toBe(null);
    expect(ticketReply(message({ type: "text", text: "好了" }))).toBe(null);
  });
});

describe("a handoff is told once", () => {
  const waiting: Content = { type: "event", name: "waiting", data: {}, text: { zh: "…", en: "…" } };

  test("where the bot said it together with the event, the event is not heard", async () => {
    const world = new World(seeded(22));
    const one = client(world);
    const heard: number[] = [];
    one.onMessage(({ seq }) => heard.push(seq));
    void one.start();
    await pass(500);
    const now = new Date();
    visitorOf(world).append(BOT, { type: "text", text: "正在为您转接" }, null, now);
    visitorOf(world).append(SYSTEM, waiting, null, now);
    await pass(100);
    const [said, event] = one.view.messages;
    expect(isRepetition(event!, said)).toBe(true);
    expect(heard).toEqual([1]);
  });

  test("where the visitor asked by the button after some answer of the bot, it is", async () => {
    const world = new World(seeded(23));
    const one = client(world);
    const heard: number[] = [];
    one.onMessage(({ seq }) => heard.push(seq));
    void one.start();
    await pass(500);
    visitorOf(world).append(BOT, { type: "text", text: "七天内可退" });
    await pass(2000);
    visitorOf(world).append(SYSTEM, waiting);
    await pass(100);
    expect(heard).toEqual([1, 2]);
  });
});

describe("what is read", () => {
  test("before the socket is online, the service is told once it is", async () => {
    const world = new World(seeded(24));
    const store = memoryStore();
    const one = client(world, store);
    void one.start();
    await pass(500);
    one.stop();
    visitorOf(world).append(BOT, { type: "text", text: "一" });
    world.faults.noSockets = true;
    const again = client(world, store);
    void again.start();
    await pass(100);
    expect(again.view.phase).toBe("ready");
    expect(again.view.link).not.toBe("online");
    again.markRead();
    await pass(100);
    expect(visitorOf(world).readSeq).toBe(0);
    world.faults.noSockets = false;
    await pass(30_000);
    expect(again.view.link).toBe("online");
    expect(visitorOf(world).readSeq).toBe(1);
  });

  test("what was told just before a loss is told again", async () => {
    const world = new World(seeded(25));
    const one = client(world);
    void one.start();
    await pass(500);
    visitorOf(world).append(BOT, { type: "text", text: "一" });
    await pass(100);
    for (const socket of world.sockets) socket.send = () => undefined;
    one.markRead();
    await pass(100);
    world.cutAll();
    await pass(30_000);
    expect(visitorOf(world).readSeq).toBe(1);
  });
});

describe("a file that does not get there", () => {
  const png = () => new File(["x"], "a.png", { type: "image/png" });

  test("keeps its place when more is written, and goes last when it is sent again", async () => {
    const world = new World(seeded(26));
    let works = false;
    const one = client(world, memoryStore(), {
      upload: async (_, file) => {
        await pass(10);
        if (!works) throw new ApiError(0, "network", "");
        const blob_id = "b1";
        world.service.blobs.set(blob_id, {
          bytes: new Uint8Array(),
          info: { blob_id, url: "/files/b1", name: file.name, mime: file.type, size: 1 },
        });
        return { blob_id, url: "/files/b1", name: file.name, mime: file.type, size: 1 };
      },
    });
    void one.start();
    await pass(500);
    one.sendText("一");
    await pass(500);
    one.attach(png());
    expect(one.view.uploads[0]).toMatchObject({ error: null, after: null });
    await pass(50);
    one.sendText("二");
    await pass(500);
    expect(one.view.uploads[0]).toMatchObject({ error: "network", after: 1 });
    works = true;
    one.retryUpload(one.view.uploads[0]!.id);
    expect(one.view.uploads[0]).toMatchObject({ error: null, after: null });
    await pass(1000);
    expect(one.view.uploads).toEqual([]);
    expect(texts(one.view.messages)).toEqual(["一", "二", "image"]);
  });

  test("one that is refused at once has its place too", async () => {
    const world = new World(seeded(27));
    const one = client(world);
    void one.start();
    await pass(500);
    one.sendText("一");
    await pass(500);
    one.attach(new File(["x"], "a.mov", { type: "video/quicktime" }));
    expect(one.view.uploads[0]).toMatchObject({ error: "type_not_allowed", after: 1 });
  });
});

describe("a page that is not on the list", () => {
  /** As a browser has it: the answer is hidden unless nobody wants to read it. */
  const hidden =
    (world: World, state: { refused: boolean }): typeof fetch =>
    async (input, init) => {
      if (init?.mode !== "no-cors" && state.refused) throw new TypeError("Failed to fetch");
      return world.fetch(input, { method: "GET", ...init });
    };

  test("is told apart from an outage, once, and is let in when it is entered", async () => {
    const world = new World(seeded(28));
    const state = { refused: true };
    const refused = vi.fn();
    const one = client(world, memoryStore(), { fetch: hidden(world, state), refused });
    void one.start();
    await pass(10_000);
    expect(one.view.phase).toBe("refused");
    await pass(300_000);
    expect(refused).toHaveBeenCalledTimes(1);
    state.refused = false;
    await pass(120_000);
    expect(one.view.phase).toBe("ready");
    expect(one.view.link).toBe("online");
  });

  test("an outage is no refusal", async () => {
    const world = new World(seeded(29));
    world.down = true;
    const refused = vi.fn();
    const one = client(world, memoryStore(), { fetch: hidden(world, { refused: false }), refused });
    void one.start();
    await pass(120_000);
    expect(one.view.phase).toBe("opening");
    expect(refused).not.toHaveBeenCalled();
  });

  test("a panel that is closed asks no more", async () => {
    const world = new World(seeded(30));
    const one = client(world, memoryStore(), { fetch: hidden(world, { refused: true }) });
    void one.start();
    await pass(10_000);
    one.stop();
    const before = world.requests.length;
    await pass(600_000);
    expect(world.requests.length).toBe(before);
  });
});

describe("a broken connection", () => {
  test("what was written while offline is sent once it is back, once", async () => {
    const world = new World(seeded(6));
    const one = client(world);
    void one.start();
    await pass(500);
    world.down = true;
    world.cutAll();
    await pass(100);
    expect(one.view.link).toBe("lost");
    one.sendText("断网时写的");
    await pass(20_000);
    world.down = false;
    await pass(40_000);
    expect(one.view.link).toBe("online");
    expect(texts(visitorOf(world).messages)).toEqual(["断网时写的"]);
  });

  test("an unacknowledged message survives a reload and is committed once", async () => {
    const world = new World(seeded(7));
    const store = memoryStore();
    const one = client(world, store);
    void one.start();
    await pass(500);
    world.down = true;
    one.sendText("重载前");
    await pass(2);
    one.stop();
    world.down = false;
    const again = client(world, store);
    expect(again.view.pending).toHaveLength(1);
    void again.start();
    await pass(1000);
    expect(texts(visitorOf(world).messages)).toEqual(["重载前"]);
    expect(again.view.pending).toEqual([]);
    expect(store.keys().filter((key) => key.includes(":out:"))).toEqual([]);
  });

  test("showing the page again reconnects at once instead of waiting", async () => {
    const world = new World(seeded(8));
    const one = client(world);
    void one.start();
    await pass(500);
    world.down = true;
    world.cutAll();
    await pass(120_000);
    world.down = false;
    one.nudge();
    await pass(200);
    expect(one.view.link).toBe("online");
  });

  test("a socket that went silent is noticed by its missing heartbeat", async () => {
    const world = new World(seeded(9));
    const one = client(world);
    void one.start();
    await pass(500);
    for (const socket of world.sockets) socket.send = () => undefined;
    await pass(70_000);
    visitorOf(world).append(BOT, { type: "text", text: "还在吗" });
    await pass(500);
    expect(texts(one.view.messages)).toEqual(["还在吗"]);
  });

  test("a gap in seq is fetched before anything after it is shown", async () => {
    const world = new World(seeded(10));
    const one = client(world);
    void one.start();
    await pass(500);
    world.faults.skipped = 1;
    visitorOf(world).append(BOT, { type: "text", text: "一" });
    visitorOf(world).append(BOT, { type: "text", text: "二" });
    world.faults.skipped = 0;
    await pass(100);
    expect(one.view.messages).toEqual([]);
    visitorOf(world).append(BOT, { type: "text", text: "三" });
    await pass(100);
    expect(texts(one.view.messages)).toEqual(["一", "二", "三"]);
  });

  test("too far behind, the newest page is loaded and older ones stay within reach", async () => {
    const world = new World(seeded(11), { resyncAfter: 60 });
    const one = client(world);
    void one.start();
    await pass(500);
    world.down = true;
    world.cutAll();
    for (let i = 1; i <= 200; i++) visitorOf(world).append(BOT, { type: "text", text: String(i) });
    world.down = false;
    await pass(40_000);
    visitorOf(world).append(BOT, { type: "text", text: "201" });
    await pass(500);
    expect(one.view.messages.at(0)?.seq).toBe(151);
    expect(one.view.messages.at(-1)?.seq).toBe(201);
    expect(one.view.hasMore).toBe(true);
  });

  test("where sockets never work, long polling carries both directions", async () => {
    const world = new World(seeded(12));
    world.faults.noSockets = true;
    const one = client(world);
    void one.start();
    await pass(20_000);
    expect(one.view.link).toBe("online");
    one.sendText("轮询");
    await pass(500);
    visitorOf(world).append(BOT, { type: "text", text: "收到" });
    await pass(500);
    expect(texts(one.view.messages)).toEqual(["轮询", "收到"]);
  });

  test("after some polling a socket is tried again", async () => {
    const world = new World(seeded(13));
    world.faults.noSockets = true;
    const one = client(world);
    void one.start();
    await pass(20_000);
    world.faults.noSockets = false;
    await pass(120_000);
    expect(world.sockets.size).toBe(1);
    expect(one.view.link).toBe("online");
  });
});

describe("the session", () => {
  test("a token that is no longer good is replaced and the conversation goes on", async () => {
    const world = new World(seeded(14));
    const one = client(world);
    void one.start();
    await pass(500);
    world.service.forgetTokens();
    world.service.closeSockets(4001);
    await pass(20_000);
    expect(one.view.link).toBe("online");
    one.sendText("还能写");
    await pass(500);
    expect(texts(one.view.messages)).toEqual(["还能写"]);
  });

  test("after logging out nothing of the visitor before is shown or sent", async () => {
    const world = new World(seeded(15));
    const store = memoryStore();
    const one = client(world, store);
    void one.start();
    await pass(500);
    await Promise.all([one.identify("jwt of Wang"), pass(500)]);
    one.sendText("王的秘密");
    await pass(500);
    await Promise.all([one.identify(null), pass(500)]);
    await pass(5000);
    expect(one.view.messages).toEqual([]);
    one.sendText("新访客");
    await pass(500);
    expect(texts(one.view.messages)).toEqual(["新访客"]);
    expect(texts(visitorOf(world).messages)).toEqual(["王的秘密"]);
  });

  test("an outage at the very start is waited out", async () => {
    const world = new World(seeded(16));
    world.down = true;
    const one = client(world);
    void one.start();
    await pass(30_000);
    expect(one.view.phase).toBe("opening");
    expect(one.view.link).toBe("lost");
    world.down = false;
    await pass(60_000);
    expect(one.view.phase).toBe("ready");
    expect(one.view.link).toBe("online");
  });
});

describe("whatever breaks, in the end both sides hold the same", () => {
  const HARSH: Partial<Faults> = {
    requestLost: 0.1,
    answerLost: 0.1,
    socketDies: 0.08,
    repeated: 0.2,
    skipped: 0.1,
    delay: 400,
  };
  test.each(Array.from({ length: 40 }, (_, i) => i + 1))("story %i", async (seed) => {
    const random = seeded(seed * 7919);
    const world = new World(random, { resyncAfter: seed % 3 ? 500 : 8 });
    const store = memoryStore();
    world.faults = { ...CALM, ...HARSH, noSockets: seed % 8 === 0 };
    let one = client(world, store, { pollFor: 15_000 });
    void one.start();
    // Where the answer to the first session is lost, the next makes another visitor: it is the client's that counts.
    while (one.view.phase !== "ready") await pass(100);
    const truth = world.service.visitors.get(one.view.session!.visitor_id)!;

    const written: string[] = [];
    const shown: number[] = [];
    const watch = (it: VisitorClient) => it.onMessage(({ seq }) => shown.push(seq));
    watch(one);
    for (let step = 0; step < 60; step++) {
      const dice = random();
      if (dice < 0.45) {
        const text = `v${step}`;
        written.push(text);
        one.sendText(text);
      } else if (dice < 0.8) truth.append(BOT, { type: "text", text: `b${step}` });
      else if (dice < 0.86) world.cutAll();
      else if (dice < 0.89) world.service.closeSockets(random() < 0.5 ? 1001 : 4008);
      else if (dice < 0.92) one.nudge();
      else if (dice < 0.94) {
        one.stop(); // a reload
        shown.length = 0;
        one = client(world, store, { pollFor: 15_000 });
        watch(one);
        void one.start();
      }
      await pass(random() * 1500);
    }
    world.faults = { ...CALM };
    await pass(180_000);
    while (one.view.hasMore) {
      void one.loadOlder();
      await pass(1000);
    }

    expect(one.view.messages).toEqual(truth.messages);
    expect(one.view.pending).toEqual([]);
    const ours = truth.messages.filter(({ author }) => author.kind === "visitor");
    expect(texts(ours)).toEqual(written);
    expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
  });
});
