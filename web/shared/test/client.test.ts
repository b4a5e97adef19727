import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { VisitorClient, type ClientOptions } from "../src/client.ts";
import { memoryStore, type Store } from "../src/memory.ts";
import type { Author, Message } from "../src/protocol.ts";
import { CALM, seeded, World, type Faults } from "./world.ts";

const BOT: Author = { kind: "bot", id: null, name: "小客", avatar: null };
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
    while (!world.service.visitors.size) await pass(100);

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
      } else if (dice < 0.8) visitorOf(world).append(BOT, { type: "text", text: `b${step}` });
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

    const truth = [...world.service.visitors.values()].sort(
      (a, b) => b.messages.length - a.messages.length,
    )[0]!;
    expect(one.view.messages).toEqual(truth.messages);
    expect(one.view.pending).toEqual([]);
    const ours = truth.messages.filter(({ author }) => author.kind === "visitor");
    expect(texts(ours)).toEqual(written);
    expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
  });
});
