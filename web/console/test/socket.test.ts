import { describe, expect, it } from "vitest";

import { PING_MS, SILENCE_MS } from "../src/live/socket";
import { Desk, eventOf, helloOf, settled } from "./world";

describe("the live socket", () => {
  it("asks for a snapshot on its first connection and is live only when that is loaded", async () => {
    const desk = new Desk();
    let done = (): void => undefined;
    desk.reload = () => new Promise((resolve) => (done = resolve));
    desk.socket.start();
    await settled();
    expect(desk.line.after).toBeNull();
    desk.line.receive(helloOf(7));
    await settled();
    expect(desk.socket.state).toBe("behind");
    done();
    await settled();
    expect(desk.socket.state).toBe("live");
    expect(desk.socket.cursor).toBe(7);
  });

  it("resumes after the last applied event and stays behind until the missed ones are applied", async () => {
    const desk = new Desk();
    await desk.begin(3);
    desk.line.receive(eventOf(4));
    desk.line.drop();
    expect(desk.socket.state).toBe("waiting");
    await desk.timers.pass(1000);
    expect(desk.line.after).toBe(4);
    desk.line.receive(helloOf(6));
    expect(desk.socket.state).toBe("behind");
    desk.line.receive(eventOf(5));
    expect(desk.socket.state).toBe("behind");
    desk.line.receive(eventOf(6));
    expect(desk.socket.state).toBe("live");
    expect(desk.applied).toEqual([4, 5, 6]);
    expect(desk.resyncs).toBe(1);
  });

  it("applies an event that comes twice only once", async () => {
    const desk = new Desk();
    await desk.begin(0);
    for (const seq of [1, 2, 2, 1, 3]) desk.line.receive(eventOf(seq));
    expect(desk.applied).toEqual([1, 2, 3]);
  });

  it("never applies past a hole but asks again from before it", async () => {
    const desk = new Desk();
    await desk.begin(0);
    desk.line.receive(eventOf(1));
    desk.line.receive(eventOf(3));
    expect(desk.applied).toEqual([1]);
    expect(desk.socket.state).toBe("waiting");
    await desk.timers.pass(1000);
    expect(desk.line.after).toBe(1);
    desk.line.receive(helloOf(3));
    desk.line.receive(eventOf(2));
    desk.line.receive(eventOf(3));
    expect(desk.applied).toEqual([1, 2, 3]);
    expect(desk.socket.state).toBe("live");
  });

  it("equals the stream whatever is dropped and wherever", async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const desk = new Desk();
      let state = seed;
      const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      await desk.begin(0);
      let committed = 0;
      while (committed < 60) {
        committed += 1;
        if (desk.socket.state === "live" && random() > 0.15) desk.line.receive(eventOf(committed));
        if (random() < 0.2) desk.line.drop();
        if (desk.socket.state === "waiting" && random() < 0.6) {
          await desk.timers.pass(20_000);
          desk.line.receive(helloOf(committed));
          for (let seq = (desk.line.after ?? 0) + 1; seq <= committed; seq += 1)
            desk.line.receive(eventOf(seq));
        }
      }
      if (desk.socket.state !== "live") {
        await desk.timers.pass(20_000);
        desk.line.receive(helloOf(committed));
      }
      for (let seq = (desk.socket.cursor ?? 0) + 1; seq <= committed; seq += 1)
        desk.line.receive(eventOf(seq));
      expect(desk.applied).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    }
  });

  it("loads everything again when the service says that it is too far behind", async () => {
    const desk = new Desk();
    await desk.begin(0);
    desk.line.receive({ type: "resync", cursor: 900 });
    expect(desk.socket.state).toBe("behind");
    await settled();
    expect(desk.resyncs).toBe(2);
    desk.line.receive(eventOf(901));
    expect(desk.applied).toEqual([901]);
    expect(desk.socket.state).toBe("live");
  });

  it("starts from a snapshot when the line breaks during a reload, because what was skipped is unknown", async () => {
    const desk = new Desk();
    await desk.begin(0);
    desk.reload = () => new Promise(() => undefined);
    desk.line.receive({ type: "resync", cursor: 900 });
    desk.line.drop();
    desk.reload = () => Promise.resolve();
    await desk.timers.pass(20_000);
    expect(desk.line.after).toBeNull();
    desk.line.receive(helloOf(905));
    await settled();
    expect(desk.resyncs).toBe(3);
    expect(desk.socket.state).toBe("live");
  });

  it("tries the reload again later when it fails", async () => {
    const desk = new Desk();
    desk.reload = () => Promise.reject(new Error("503"));
    await desk.begin(5);
    expect(desk.socket.state).toBe("waiting");
    desk.reload = () => Promise.resolve();
    await desk.timers.pass(1000);
    expect(desk.line.after).toBeNull();
  });

  it("reloads when the stream is shorter than what it holds, as after a restored backup", async () => {
    const desk = new Desk();
    await desk.begin(50);
    desk.line.drop();
    await desk.timers.pass(1000);
    desk.line.receive(helloOf(10));
    await settled();
    expect(desk.resyncs).toBe(2);
    expect(desk.socket.cursor).toBe(10);
  });

  it("pings and drops a line on which nothing has been heard", async () => {
    const desk = new Desk();
    await desk.begin(0);
    await desk.timers.pass(PING_MS);
    expect(desk.line.sent).toEqual([{ type: "ping" }]);
    desk.line.receive({ type: "pong" });
    await desk.timers.pass(PING_MS);
    expect(desk.socket.state).toBe("live");
    const line = desk.line;
    await desk.timers.pass(SILENCE_MS);
    expect(line.isClosed).toBe(true);
  });

  it("waits longer after every failure, and not at all when the network comes back", async () => {
    const desk = new Desk();
    desk.ticket = () => Promise.reject(new Error("network"));
    desk.socket.start();
    const delays: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      await settled();
      delays.push(desk.socket.nextAttemptAt! - desk.timers.nowMs);
      await desk.timers.pass(delays.at(-1)!);
    }
    expect(delays).toEqual([...delays].sort((left, right) => left - right));
    expect(delays.at(-1)).toBeLessThanOrEqual(15_000);
    desk.ticket = () => Promise.resolve("ticket");
    await settled();
    desk.socket.nudge();
    await settled();
    expect(desk.lines).toHaveLength(1);
  });

  it("stops and says so when the session has ended", async () => {
    const desk = new Desk();
    await desk.begin(0);
    desk.ticket = () => Promise.reject(Object.assign(new Error(), { status: 401 }));
    desk.line.drop();
    await desk.timers.pass(1000);
    expect(desk.ended).toBe(true);
    expect(desk.socket.state).toBe("stopped");
  });

  it("opened anew loads everything again, whatever it was doing", async () => {
    const desk = new Desk();
    await desk.begin(3);
    const old = desk.line;
    desk.socket.renew();
    await settled();
    expect([old.isClosed, desk.line.after, desk.lines.length]).toEqual([true, null, 2]);
    desk.line.receive(helloOf(5));
    await settled();
    expect([desk.resyncs, desk.socket.state, desk.socket.cursor]).toEqual([2, "live", 5]);
    desk.line.drop();
    desk.socket.renew();
    await settled();
    expect([desk.line.after, desk.lines.length]).toEqual([null, 3]);
    await desk.timers.pass(20_000);
    expect(desk.lines.length).toBe(3); // the retry that was set is off
    desk.socket.stop();
    desk.socket.renew();
    await settled();
    expect(desk.lines.length).toBe(3);
  });

  it("ignores what an abandoned connection still says", async () => {
    const desk = new Desk();
    await desk.begin(0);
    const old = desk.line;
    const late = old.onmessage!;
    old.drop();
    await desk.timers.pass(1000);
    late({ data: JSON.stringify(eventOf(1)) });
    expect(desk.applied).toEqual([]);
  });
});
