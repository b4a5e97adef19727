/** A pretended shop: a bot that knows a few answers and an agent who can be sent in. */
import type { Author, Content, Message, State, WidgetSettings, Words } from "../../shared/src/protocol.ts";
import type { House } from "./service.ts";
import type { FakeVisitor } from "./visitor.ts";

export const WIDGET: WidgetSettings = {
  title: { zh: "客厅电器", "zh-Hant": "客廳電器", en: "Keting Electronics" },
  greeting: {
    zh: "您好，我是客厅电器的智能助手小客。订单、退换货、维修和门店的问题都可以问我。",
    "zh-Hant": "您好，我是客廳電器的智慧助理小客。訂單、退換貨、維修和門市的問題都可以問我。",
    en: "Hello, I am Kit, the assistant of Keting Electronics. Ask me about orders, returns, repairs or our shops.",
  },
  colour: "#1f6feb",
  position: "right",
  suggestions: [
    { zh: "我的订单到哪了？", "zh-Hant": "我的訂單到哪了？", en: "Where is my order?" },
    { zh: "怎么退货？", "zh-Hant": "怎麼退貨？", en: "How do I return something?" },
    { zh: "我要报修", "zh-Hant": "我要報修", en: "I need a repair" },
    { zh: "门店在哪里？", "zh-Hant": "門市在哪裡？", en: "Where are your shops?" },
  ],
  bot: { name: { zh: "小客", "zh-Hant": "小客", en: "Kit" }, avatar: null },
};

const NOBODY: Author = { kind: "system", id: null, name: "", avatar: null };
export const AGENT = { name: "林晓", avatar: "/files/agent.svg" };

type Say = (words: Words) => string;
const sayFor =
  ({ language }: FakeVisitor): Say =>
  (words) =>
    language === "en" ? words.en : ((language === "zh-Hant" ? words["zh-Hant"] : undefined) ?? words.zh);

export class Shop implements House {
  /** How long the bot and the queue take, ms; 0: at once, for tests. */
  constructor(private readonly pace = 700) {}

  wrote(visitor: FakeVisitor, message: Message): void {
    if (visitor.state.conversation?.state === "bot") this.answer(visitor, textOf(message.content));
  }
  asked(visitor: FakeVisitor, what: "human" | "bot" | "close" | "rated"): void {
    if (what === "human") this.queue(visitor);
    if (what === "bot") this.toBot(visitor);
    if (what === "close") this.close(visitor, "visitor");
    if (what === "rated") this.thank(visitor);
  }

  private thank(visitor: FakeVisitor): void {
    const score = visitor.state.rating?.score;
    this.event(
      visitor,
      "rated",
      {
        zh: `您的评价：${score} 分，谢谢！`,
        "zh-Hant": `您的評價：${score} 分，謝謝！`,
        en: `You rated this ${score} of 5. Thank you!`,
      },
      { score },
    );
  }
  private answer(visitor: FakeVisitor, text: string): void {
    const say = sayFor(visitor);
    const bot = this.bot(visitor);
    visitor.tell({ type: "typing", author: { kind: "bot", name: bot.name }, on: true });
    setTimeout(() => {
      if (visitor.state.conversation?.state !== "bot") return;
      if (/人工|真人|person|agent/i.test(text)) return this.handOff(visitor);
      for (const content of replies(text, say)) visitor.append(bot, content);
    }, this.pace);
  }

  /** The bot says that people are coming, and the event comes with it, in one transaction. */
  handOff(visitor: FakeVisitor): void {
    visitor.openConversation();
    const now = new Date();
    const words = {
      zh: "正在为您转接人工客服，您前面还有 2 位。等待时可以继续描述问题。",
      "zh-Hant": "正在為您轉接真人客服，您前面還有 2 位。等待時可以繼續描述問題。",
      en: "I'm getting you a person. There are 2 before you; feel free to add details while you wait.",
    };
    visitor.append(this.bot(visitor), text(sayFor(visitor)(words)), null, now);
    this.queue(visitor, 3, now);
  }
  queue(visitor: FakeVisitor, position = 3, now = new Date()): void {
    visitor.openConversation();
    this.own(visitor, "waiting", { queue: { position, wait_s: [60, 180] }, rating: null });
    const words = {
      zh: "正在为您转接人工客服，请稍候。",
      "zh-Hant": "正在為您轉接真人客服，請稍候。",
      en: "Connecting you to a person. One moment, please.",
    };
    this.event(visitor, "waiting", words, {}, now);
  }
  toBot(visitor: FakeVisitor): void {
    this.own(visitor, "bot", { queue: null, agent: null, rating: this.rating(visitor) });
    this.event(visitor, "returned_to_bot", {
      zh: "已回到智能助手。",
      "zh-Hant": "已回到智慧助理。",
      en: "You are back with the assistant.",
    });
  }
  join(visitor: FakeVisitor): void {
    visitor.openConversation();
    this.own(visitor, "agent", { queue: null, agent: AGENT });
    this.event(visitor, "agent_joined", {
      zh: `客服 ${AGENT.name} 为您服务。`,
      "zh-Hant": `客服 ${AGENT.name} 為您服務。`,
      en: `${AGENT.name} is here for you.`,
    });
  }
  says(visitor: FakeVisitor, content: Content): void {
    visitor.append({ kind: "agent", id: "a1", ...AGENT }, content);
  }
  close(visitor: FakeVisitor, by: "visitor" | "agent"): void {
    const rating = this.rating(visitor);
    this.own(visitor, "closed", { agent: null, queue: null, rating });
    this.event(
      visitor,
      "closed",
      {
        zh: "本次会话已结束。",
        "zh-Hant": "本次對話已結束。",
        en: "This conversation has ended.",
      },
      { by },
    );
  }
  event(
    visitor: FakeVisitor,
    name: string,
    text: Words,
    data: Record<string, unknown> = {},
    at = new Date(),
  ): void {
    const { conversation } = visitor.state;
    visitor.append(NOBODY, { type: "event", name, data, text }, null, at);
    visitor.change({ conversation });
  }
  /** What is asked about once people are done. */
  private rating(visitor: FakeVisitor): State["rating"] {
    const { conversation } = visitor.state;
    if (conversation?.state !== "agent") return null;
    return { service_id: `s-${conversation.id}`, agent: { name: AGENT.name }, score: null };
  }

  private own(visitor: FakeVisitor, owner: "bot" | "waiting" | "agent" | "closed", more: object): void {
    const id = visitor.state.conversation?.id ?? visitor.openConversation();
    visitor.change({ conversation: { id, state: owner }, ...more });
  }
  bot(visitor: FakeVisitor): Author {
    return { kind: "bot", id: null, name: sayFor(visitor)(WIDGET.bot.name), avatar: null };
  }
}

const textOf = (content: Content): string =>
  content.type === "text" ? content.text : content.type === "press" ? content.title : `[${content.type}]`;

const text = (words: string): Content => ({ type: "text", text: words });

const replies = (asked: string, say: Say): Content[] => {
  if (/订单|訂單|order/i.test(asked)) return [orderCard(say)];
  if (/退|return/i.test(asked)) {
    return [
      text(
        say({
          zh: "签收后 7 天内可无理由退货，商品需保持完好、配件齐全。\n详细规则：https://keting.example/returns",
          en: "You can return goods within 7 days of delivery, in good condition and complete.\nThe full rules: https://keting.example/returns",
        }),
      ),
      {
        type: "buttons",
        text: say({ zh: "您想怎么做？", en: "What would you like to do?" }),
        buttons: [
          { title: say({ zh: "申请退货", en: "Request a return" }) },
          { title: say({ zh: "换一件", en: "Exchange it" }) },
          { title: say({ zh: "查退款进度", en: "Refund status" }) },
        ],
      },
    ];
  }
  if (/门店|門市|哪里|shop|store|where/i.test(asked)) {
    return [
      {
        type: "location",
        latitude: 31.2304,
        longitude: 121.4737,
        label: say({ zh: "客厅电器 人民广场店", en: "Keting, People's Square" }),
      },
    ];
  }
  if (/修|repair/i.test(asked)) {
    return [
      text(
        say({ zh: "好的，为您登记报修。请问是哪款产品？", en: "Of course. Which product needs a repair?" }),
      ),
    ];
  }
  return [text(say({ zh: "明白了，您能再说具体一点吗？", en: "I see. Could you tell me a little more?" }))];
};

export const orderCard = (say: Say): Content => ({
  type: "card",
  title: say({ zh: "订单 KT20260107-0388", en: "Order KT20260107-0388" }),
  subtitle: say({ zh: "运输中 · 预计明天送达", en: "On its way · expected tomorrow" }),
  image_url: "/files/product.svg",
  lines: [
    say({ zh: "客厅 S2 智能音箱 × 1", en: "Keting S2 smart speaker × 1" }),
    say({ zh: "实付 ¥499.00", en: "Paid ¥499.00" }),
    say({ zh: "顺丰 SF1395 6207 8841", en: "SF Express SF1395 6207 8841" }),
  ],
  buttons: [
    { title: say({ zh: "改收货地址", en: "Change address" }) },
    { title: say({ zh: "取消订单", en: "Cancel order" }) },
  ],
});
