/** Situations to look at, one call each: `POST /_fake/scene {"name"}` acts on the newest visitor. */
import type { Content, Message, Words } from "../../shared/src/protocol.ts";
import type { FakeService } from "./service.ts";
import { AGENT, orderCard, type Shop } from "./shop.ts";
import type { FakeVisitor } from "./visitor.ts";

const VISITOR = { kind: "visitor", id: null, name: "", avatar: null } as const;
const words = (zh: string, en: string): Words => ({ zh, en });

export const scenes = (service: FakeService, shop: Shop) => {
  const last = (): FakeVisitor => {
    const visitor = [...service.visitors.values()].at(-1);
    if (!visitor) throw new Error("nobody is here");
    return visitor;
  };
  const say = (visitor: FakeVisitor) => (text: Words) => (visitor.language === "en" ? text.en : text.zh);
  const wrote = (visitor: FakeVisitor, text: Words): Message =>
    visitor.append(VISITOR, { type: "text", text: say(visitor)(text) });
  const image = (name: string, url: string): Content => ({
    type: "image",
    blob_id: "b1",
    url,
    name,
    mime: "image/svg+xml",
    size: 20_000,
    width: 640,
    height: 480,
  });

  const all: Record<string, (visitor: FakeVisitor) => void> = {
    queue: (visitor) => shop.queue(visitor),
    next: (visitor) => visitor.change({ queue: { position: 1, wait_s: [10, 40] } }),
    agent: (visitor) => {
      shop.join(visitor);
      shop.says(visitor, {
        type: "text",
        text: say(visitor)(
          words("您好，我是林晓，我来帮您看看。", "Hello, I am Lin Xiao, let me have a look."),
        ),
      });
      wrote(
        visitor,
        words("音箱连不上 Wi-Fi，已经重置两次了", "The speaker does not find my Wi-Fi; I reset it twice."),
      );
      shop.says(visitor, {
        type: "text",
        text: say(visitor)(
          words(
            "请看一下底部的开关，拨到图里这个位置再试。",
            "Please set the switch at the bottom as in this picture.",
          ),
        ),
      });
      shop.says(visitor, image("switch.svg", "/files/photo.svg"));
      wrote(visitor, words("好的，我试试", "I will try"));
      visitor.change({ read_by_agent_seq: visitor.cursor });
    },
    typing: (visitor) =>
      visitor.tell({ type: "typing", author: { kind: "agent", name: AGENT.name }, on: true }),
    says: (visitor) =>
      shop.says(visitor, { type: "text", text: say(visitor)(words("现在好了吗？", "Does it work now?")) }),
    close: (visitor) => shop.close(visitor, "agent"),
    contents: (visitor) => {
      const bot = shop.bot(visitor);
      wrote(visitor, words("有说明书吗？", "Is there a manual?"));
      visitor.append(bot, {
        type: "file",
        blob_id: "b2",
        url: "/files/manual.pdf",
        name: say(visitor)(words("客厅S2使用说明书.pdf", "Keting-S2-manual.pdf")),
        mime: "application/pdf",
        size: 2_411_724,
      });
      visitor.append(bot, {
        type: "location",
        latitude: 31.2304,
        longitude: 121.4737,
        label: say(visitor)(words("客厅电器 人民广场店", "Keting, People's Square")),
      });
      visitor.append(bot, {
        type: "audio",
        blob_id: "b3",
        url: "/files/none.mp3",
        name: "voice.mp3",
        mime: "audio/mpeg",
        size: 12_000,
      });
      visitor.append(bot, orderCard(say(visitor)));
    },
    ticket: (visitor) =>
      shop.event(
        visitor,
        "ticket_created",
        words("已为您建立维修工单。", "Your repair ticket has been created."),
        { number: "T20260109-0042" },
      ),
    "ticket-reply": (visitor) => {
      const number = "T260109-0042";
      const comment = say(visitor)(
        words(
          "维修已完成，换了新的电源板，今天下午寄出。顺丰单号 SF1395 6207 8841。",
          "Your speaker is repaired: it has a new power board and leaves today, SF1395 6207 8841.",
        ),
      );
      shop.event(
        visitor,
        "ticket_updated",
        words(`工单 ${number} 有新的回复：${comment}`, `News on ticket ${number}: ${comment}`),
        { number, state: "in_progress", comment, agent: AGENT },
      );
    },
    "ticket-state": (visitor) =>
      shop.event(
        visitor,
        "ticket_updated",
        words("工单 T260109-0042：已解决。", "Ticket T260109-0042: resolved."),
        { number: "T260109-0042", state: "resolved" },
      ),
    "ticket-open": (visitor) => visitor.change({ tickets: 1 }),
    handoff: (visitor) => shop.handOff(visitor),
    back: (visitor) => shop.toBot(visitor),
    nobody: (visitor) => {
      visitor.change({ on_duty: false });
      shop.event(
        visitor,
        "nobody_on_duty",
        words("现在没有人工客服在线，工作时间 9:00–21:00。", "Nobody is on duty now. Our hours: 9:00–21:00."),
      );
    },
    "off-duty": (visitor) => visitor.change({ on_duty: false }),
    "bot-missing": (visitor) => visitor.change({ bot: { ready: false, detail: "training" } }),
    history: (visitor) => {
      const bot = shop.bot(visitor);
      const now = Date.now();
      for (let i = 0; i < 70; i++) {
        const at = new Date(now - (75 - i) * 3_600_000);
        if (i % 7 === 6) {
          visitor.state = { ...visitor.state, conversation: { id: `old-${i}`, state: "bot" } };
        }
        const asked = words(`第 ${i + 1} 个问题`, `Question ${i + 1}`);
        if (i % 2 === 0) visitor.append(VISITOR, { type: "text", text: say(visitor)(asked) }, null, at);
        else
          visitor.append(
            bot,
            { type: "text", text: say(visitor)(words("这是之前的回答。", "This is an earlier answer.")) },
            null,
            at,
          );
      }
      visitor.change({}); // tell which conversation it is by now
    },
    drop: () => service.closeSockets(1001),
  };
  return (name: string): boolean => {
    const scene = all[name];
    if (!scene) return false;
    scene(last());
    return true;
  };
};
