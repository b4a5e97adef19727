import { describe, expect, it } from "vitest";

import type { Canned, Message, Summary } from "../src/api/types";
import { bytes, span } from "../src/app/format";
import { cannedText, matching, slashAt } from "../src/inbox/canned";
import { deviceName } from "../src/inbox/device";
import { linkify } from "../src/inbox/linkify";
import { blockOf, type Situation } from "../src/inbox/sending";
import { insertMessages, markReceived, rowsOf } from "../src/inbox/timeline";

const message = (position: number, more: Partial<Message> = {}): Message =>
  ({
    id: `m${position}`,
    conversation_id: "c1",
    position,
    seq: position,
    internal: false,
    author: { kind: "visitor", id: "v", name: "李" },
    content: { type: "text", text: "" },
    created_at: new Date(2026, 0, 5, 9, position).toISOString(),
    delivered: false,
    read: false,
    ...more,
  }) as Message;

const situation = (more: Partial<Situation> = {}, summary: Partial<Summary> = {}): Situation => ({
  line: "live",
  summary: {
    state: "agent",
    agent: { id: "me", name: "我" },
    version: 1,
    last: { position: 5 },
    ...summary,
  } as Summary,
  newest: 5,
  isLoaded: true,
  me: "me",
  mayReply: true,
  mayReplyVersion: 1,
  ...more,
});

describe("sending", () => {
  it("is open when the line is live and everything has been read", () => {
    expect(blockOf("reply", situation())).toBeNull();
  });

  it("is refused while the console is not connected", () => {
    for (const line of ["stopped", "connecting", "waiting"] as const) {
      expect(blockOf("reply", situation({ line }))).toBe("notConnected");
      expect(blockOf("note", situation({ line }))).toBe("notConnected");
    }
  });

  it("is refused while missed events still come, or a newer message is known and not shown", () => {
    expect(blockOf("reply", situation({ line: "behind" }))).toBe("behind");
    expect(blockOf("reply", situation({ newest: 4 }))).toBe("behind");
    expect(blockOf("reply", situation({ isLoaded: false }))).toBe("behind");
  });

  it("is for the person who serves; others may leave notes", () => {
    const others = situation({}, { agent: { id: "other", name: "她" } });
    expect(blockOf("reply", others)).toBe("notYours");
    expect(blockOf("note", others)).toBeNull();
    expect(blockOf("reply", situation({}, { state: "waiting", agent: null }))).toBe("inQueue");
    expect(blockOf("reply", situation({}, { state: "bot", agent: null }))).toBe("withBot");
    expect(blockOf("reply", situation({}, { state: "closed" }))).toBe("closed");
  });
});

describe("a list of messages", () => {
  it("is the same whatever the order and however often messages come", () => {
    const list = [1, 2, 3, 4, 5].map((position) => message(position));
    const shuffled = [3, 1, 5, 2, 4, 3, 5].reduce<Message[]>(
      (known, position) => insertMessages(known, [message(position)]),
      [],
    );
    expect(shuffled).toEqual(list);
    expect(insertMessages(list.slice(2), list.slice(0, 4))).toEqual(list);
  });

  it("marks what the visitor has read and received, but not the visitor's own words or notes", () => {
    const ours = { author: { kind: "agent" } } as Partial<Message>;
    const list = [
      message(1),
      message(2, ours),
      message(3, { ...ours, seq: null }),
      message(4, ours),
      message(5, ours),
    ];
    const marked = markReceived(list, 3, 4);
    expect(marked.map((one) => one.read)).toEqual([false, true, false, false, false]);
    expect(marked.map((one) => one.delivered)).toEqual([false, true, false, true, false]);
    expect(marked[4]).toBe(list[4]);
  });

  it("has separators for days, earlier conversations and unread messages", () => {
    const rows = rowsOf([message(1, { conversation_id: "c0" }), message(2), message(3)], "c1", 2);
    expect(rows.map((row) => row.kind)).toEqual([
      "conversation",
      "day",
      "message",
      "conversation",
      "message",
      "unread",
      "message",
    ]);
  });
});

describe("canned replies", () => {
  const entries = [
    {
      id: "1",
      shortcut: "refund",
      title: "退款时效",
      text: { zh: "退款会原路退回", en: "Refunds go back" },
      group_id: null,
    },
    {
      id: "2",
      shortcut: "return",
      title: "退货流程",
      text: { zh: "七天内可退货", en: "Within 7 days" },
      group_id: null,
    },
    { id: "3", shortcut: "hi", title: "问候", text: { zh: "您好" }, group_id: null },
  ] as Canned[];

  it("are offered after a slash at the start or after a space, never within an address", () => {
    expect(slashAt("/re", 3)).toEqual({ from: 0, query: "re" });
    expect(slashAt("好的 /退", 5)).toEqual({ from: 3, query: "退" });
    expect(slashAt("https://a.b/c", 13)).toBeNull();
    expect(slashAt("24/7", 4)).toBeNull();
  });

  it("are found by short name first, then by title and text", () => {
    expect(matching(entries, "re").map((entry) => entry.id)).toEqual(["1", "2"]);
    expect(matching(entries, "七天").map((entry) => entry.id)).toEqual(["2"]);
    expect(matching(entries, "nothing")).toEqual([]);
  });

  it("come in the visitor's language, or in the one there is", () => {
    expect(cannedText(entries[0]!, "en")).toBe("Refunds go back");
    expect(cannedText(entries[2]!, "en")).toBe("您好");
  });
});

describe("small words", () => {
  it("make links of web addresses only", () => {
    expect(linkify("见 https://a.cn/x?y=1。javascript:alert(1)")).toEqual([
      { text: "见 " },
      { text: "https://a.cn/x?y=1", href: "https://a.cn/x?y=1" },
      { text: "。javascript:alert(1)" },
    ]);
  });

  it("say spans and sizes in both languages", () => {
    expect([5, 200, 4000, 90_000].map((seconds) => span(seconds, "zh"))).toEqual([
      "5 秒",
      "3 分 20 秒",
      "1 小时 6 分",
      "1 天 1 小时",
    ]);
    expect([5, 200, 4000].map((seconds) => span(seconds, "en"))).toEqual(["5s", "3m 20s", "1h 6m"]);
    expect(bytes(284_113, "en")).toBe("284 kB");
  });

  it("name a device in two words", () => {
    expect(
      deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_2) AppleWebKit/605 MicroMessenger/8.0 Safari/604"),
    ).toBe("iPhone · WeChat");
    expect(deviceName("App 3.2 / Android 15")).toBe("App 3.2 / Android 15");
  });
});
