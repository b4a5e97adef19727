import { describe, expect, it } from "vitest";

import { Outbox, type OutboxEntry, type Refusal } from "../src/live/outbox";
import { FakeService, MemoryStorage, settled, Timers } from "./world";

function desk(storage = new MemoryStorage()) {
  const service = new FakeService();
  const timers = new Timers();
  const seen: { behind: string[]; delivered: string[]; entries: readonly OutboxEntry[] } = {
    behind: [],
    delivered: [],
    entries: [],
  };
  let id = storage.kept.size * 100;
  const refusals: Record<string, Refusal> = {
    network: { passing: true, code: "network", message: "", retryAfterMs: null },
    overload: { passing: true, code: "overload", message: "", retryAfterMs: 5000 },
    behind: { passing: false, code: "behind", message: "", retryAfterMs: null },
    refuse: { passing: false, code: "not_owner", message: "", retryAfterMs: null },
  };
  const box = new Outbox(storage, {
    deliver: (entry) => service.take(entry),
    refusal: (error) => refusals[(error as Error).message]!,
    behind: (entry) => seen.behind.push(entry.client_id),
    delivered: (entry) => seen.delivered.push(entry.client_id),
    changed: (entries) => (seen.entries = entries),
    newId: () => `id-${++id}`,
    nowIso: () => new Date(id * 1000).toISOString(),
    setTimer: timers.setTimer,
    clearTimer: timers.clearTimer,
  });
  const say = (text: string, conversation = "c1", position = 10) =>
    box.add({
      conversation_id: conversation,
      kind: "reply",
      content: { type: "text", text },
      preview: null,
      seen: position,
    });
  const texts = (): string[] => service.stored.map((message) => message.text);
  return { box, service, timers, storage, seen, say, texts };
}

describe("the outbox", () => {
  it("sends in order, one at a time in a conversation", async () => {
    const { say, texts, box, storage } = desk();
    ["a", "b", "c"].forEach((text) => say(text));
    await settled();
    expect(texts()).toEqual(["a", "b", "c"]);
    expect(box.list()).toEqual([]);
    expect(storage.kept.size).toBe(0);
  });

  it("makes one message of a send whose answer was lost", async () => {
    const { say, texts, service, timers, box } = desk();
    service.plan = ["lose answer"];
    say("only once");
    await settled();
    expect(box.list()).toHaveLength(1);
    await timers.pass(2000);
    expect(service.requests).toBe(2);
    expect(texts()).toEqual(["only once"]);
    expect(box.list()).toEqual([]);
  });

  it("keeps the order when the first of three is lost on the way", async () => {
    const { say, texts, service, timers } = desk();
    service.plan = ["lose request", "lose request"];
    ["a", "b", "c"].forEach((text) => say(text));
    await timers.pass(10_000);
    expect(texts()).toEqual(["a", "b", "c"]);
  });

  it("does not let one conversation wait for another", async () => {
    const { say, texts, service } = desk();
    service.plan = ["lose request"];
    say("stuck", "c1");
    say("free", "c2");
    await settled();
    expect(texts()).toEqual(["free"]);
  });

  it("loses nothing when the page is closed in the middle, and doubles nothing after it is opened again", async () => {
    const storage = new MemoryStorage();
    const first = desk(storage);
    first.service.plan = ["lose answer"];
    first.say("one");
    first.say("two");
    await settled();
    first.box.stop();
    const second = desk(storage);
    second.service.stored = first.service.stored;
    second.box.flush();
    await settled();
    expect(second.texts()).toEqual(["one", "two"]);
    expect(storage.kept.size).toBe(0);
  });

  it("takes up a request that was under way when the page was closed", async () => {
    const storage = new MemoryStorage();
    const first = desk(storage);
    first.say("under way");
    expect(storage.load()[0]!.state).toBe("sending");
    const second = desk(storage);
    expect(second.box.list()[0]!.state).toBe("pending");
  });

  it("holds a reply that a colleague overtook, loads what came, and sends it only when the person says so", async () => {
    const { say, texts, service, seen, box } = desk();
    service.plan = ["behind"];
    const entry = say("late");
    await settled();
    expect(seen.behind).toEqual([entry.client_id]);
    expect(box.list()[0]!.state).toBe("held");
    box.flush();
    await settled();
    expect(texts()).toEqual([]);
    box.resend(entry.client_id, 12);
    await settled();
    expect(service.stored).toEqual([{ client_id: entry.client_id, text: "late", seen: 12 }]);
  });

  it("keeps a refused reply for the person and lets the next one pass", async () => {
    const { say, texts, service, box } = desk();
    service.plan = ["refuse"];
    const entry = say("refused");
    say("next");
    await settled();
    expect(texts()).toEqual(["next"]);
    expect(box.list().map((one) => one.state)).toEqual(["failed"]);
    expect(box.discard(entry.client_id)?.content).toEqual({ type: "text", text: "refused" });
    expect(box.list()).toEqual([]);
  });

  it("waits as long as an overloaded service asks", async () => {
    const { say, texts, service, timers } = desk();
    service.plan = ["overload"];
    say("patient");
    await timers.pass(4900);
    expect(texts()).toEqual([]);
    await timers.pass(200);
    expect(texts()).toEqual(["patient"]);
  });

  it("tries at once when the connection is back, without a second request beside the first", async () => {
    const { say, texts, service, box, seen } = desk();
    service.plan = ["lose request"];
    say("soon");
    await settled();
    box.flush();
    box.flush();
    await settled();
    expect(texts()).toEqual(["soon"]);
    expect(service.requests).toBe(2);
    expect(seen.delivered).toHaveLength(1);
  });

  it("is content when the socket brings the message before the answer comes", async () => {
    const { say, texts, service, timers, box } = desk();
    service.plan = ["lose answer"];
    const entry = say("heard");
    await settled();
    box.confirm(entry.client_id);
    await timers.pass(60_000);
    expect(service.requests).toBe(1);
    expect(texts()).toEqual(["heard"]);
  });

  it("delivers everything once and in order under any losses", async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      let state = seed * 7919;
      const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      const { say, texts, service, timers } = desk();
      const fates = ["lose request", "lose answer", "overload"] as const;
      service.plan = Array.from({ length: 30 }, () => fates[Math.floor(random() * 3)]!).filter(
        () => random() > 0.3,
      );
      const sent = Array.from({ length: 12 }, (_, index) => `m${index}`);
      for (const text of sent) {
        say(text);
        await timers.pass(Math.floor(random() * 3000));
      }
      await timers.pass(3_600_000);
      expect(texts()).toEqual(sent);
    }
  });
});
