/**
 * A believable company for the fake console service: people, conversations in both languages, tickets, settings.
 * Everything comes from one seeded sequence, so that every start and every screenshot shows the same.
 */

let state = 20260214;
export function random() {
  state = (state * 1664525 + 1013904223) % 4294967296;
  return state / 4294967296;
}
export const pick = (list) => list[Math.floor(random() * list.length)];
const between = (low, high) => low + Math.floor(random() * (high - low + 1));
let counter = 0;
export function newId() {
  counter += 1;
  return `00000000-0000-4000-8000-${counter.toString(16).padStart(12, "0")}`;
}
export const minutesAgo = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

const GROUP = { zh: newId(), en: newId(), repair: newId() };
export const groups = [
  {
    id: GROUP.zh,
    slug: "zh",
    name: { zh: "中文组", en: "Chinese desk" },
    strategy: "least_loaded",
    familiar_first: true,
    members: 5,
  },
  {
    id: GROUP.en,
    slug: "en",
    name: { zh: "英文组", en: "English desk" },
    strategy: "round_robin",
    familiar_first: true,
    members: 3,
  },
  {
    id: GROUP.repair,
    slug: "repair",
    name: { zh: "维修咨询", en: "Repair advice" },
    strategy: "least_loaded",
    familiar_first: false,
    members: 2,
  },
];

const person = (username, name, role, availability, open, capacity, at, more = {}) => ({
  id: newId(),
  username,
  name,
  role,
  availability,
  open,
  capacity,
  language: "zh",
  groups: at,
  disabled: false,
  avatar: null,
  live: availability !== "offline",
  last_seen_at: minutesAgo(availability === "offline" ? between(60, 4000) : 0),
  ...more,
});
export const people = [
  person("lin", "林晓雯", "supervisor", "online", 0, 8, [GROUP.zh, GROUP.en]),
  person("chen", "陈嘉", "agent", "online", 5, 8, [GROUP.zh]),
  person("emma", "Emma Clarke", "agent", "online", 3, 6, [GROUP.en], { language: "en" }),
  person("wang", "王思远", "agent", "online", 6, 6, [GROUP.zh, GROUP.repair]),
  person("zhao", "赵敏", "agent", "away", 1, 8, [GROUP.zh]),
  person("oliver", "Oliver Hunt", "agent", "online", 2, 6, [GROUP.en], { language: "en", live: false }),
  person("sun", "孙悦", "agent", "offline", 0, 8, [GROUP.zh]),
  person("zhou", "周航", "agent", "offline", 0, 6, [GROUP.repair]),
  person("he", "何维修", "staff", "offline", 0, 1, []),
  person("liu", "刘训", "trainer", "offline", 0, 1, []),
  person("admin", "管理员", "admin", "online", 0, 8, [GROUP.zh, GROUP.en]),
  person("gao", "高原", "agent", "offline", 0, 8, [GROUP.zh], { disabled: true }),
];
const who = (username) => people.find((one) => one.username === username);
export const refOf = (one) => (one ? { id: one.id, name: one.name, avatar: one.avatar } : null);

const department = (zh, en, email, types) => ({ id: newId(), name: { zh, en }, email, types });
export const departments = [
  department("售后服务部", "After-sales", "aftersales@example.com", ["complaint"]),
  department("维修中心", "Repair centre", "repair@example.com", ["repair"]),
  department("产品部", "Product", "product@example.com", ["suggestion"]),
  department("客户服务部", "Customer service", "service@example.com", ["other"]),
];

const reply = (shortcut, title, zh, en, group_id = null) => ({
  id: newId(),
  shortcut,
  title,
  text: { zh, en },
  group_id,
});
export const canned = [
  reply(
    "hi",
    "问候 Greeting",
    "您好，我是客服，很高兴为您服务。请问有什么可以帮您？",
    "Hello, thank you for waiting. How can I help you today?",
  ),
  reply(
    "wait",
    "请稍等 One moment",
    "好的，请您稍等一两分钟，我马上为您查询。",
    "Of course. Please give me a minute or two while I look into this.",
  ),
  reply(
    "order",
    "请提供订单号 Order number",
    "麻烦您提供一下订单号，在“我的订单”里可以看到，以便我为您查询。",
    "Could you please tell me your order number? You can find it under “My orders”.",
  ),
  reply(
    "refund",
    "退款时效 Refund time",
    "退款审核通过后，会在 1–3 个工作日内原路退回，请您留意到账通知。",
    "Once approved, the refund goes back the way you paid within 1–3 working days.",
  ),
  reply(
    "return",
    "退货流程 How to return",
    "签收 7 天内、不影响二次销售即可退货。请在“我的订单”里点“申请退货”，快递会上门取件。",
    "You can return it within 7 days in resaleable condition. Choose “Return” under “My orders” and a courier will collect it.",
  ),
  reply(
    "sorry",
    "致歉 Apology",
    "非常抱歉给您带来不好的体验，我一定尽快为您处理好。",
    "I am very sorry for the trouble this has caused. I will get it sorted out for you.",
  ),
  reply(
    "repair",
    "维修 Repair",
    "我为您登记了维修，工程师会在 24 小时内电话联系您。",
    "I have registered your repair. An engineer will call you within 24 hours.",
    GROUP.repair,
  ),
  reply(
    "invoice",
    "发票 Invoice",
    "电子发票会在 24 小时内发送到您的邮箱，请注意查收。",
    "The electronic invoice will be in your mailbox within 24 hours.",
  ),
  reply(
    "hours",
    "营业时间 Hours",
    "人工客服时间为每天 9:00–21:00，其他时间可以给我们留言。",
    "Our people are here every day from 9:00 to 21:00; outside of these hours please leave a message.",
  ),
  reply(
    "bye",
    "结束语 Goodbye",
    "感谢您的咨询，祝您生活愉快！方便的话请为本次服务打个分。",
    "Thank you for contacting us, have a good day! We would be glad if you rated this conversation.",
  ),
];

/** One story a conversation: v visitor, b bot, a agent, n note, e event. A visitor's line carries intent and emotion. */
const ZH = [
  {
    slots: { order_number: "20260211008", product: "无线耳机 X2" },
    reason: "angry",
    note: "包裹破损，访客要求立即处理；已尝试引导退换货。",
    form: null,
    lines: [
      ["v", "在吗", "greet", 0.97, "neutral"],
      ["b", "您好，我是小客，请问有什么可以帮您？"],
      ["v", "我买的耳机到了，盒子压扁了，里面也裂了", "report_package_damaged", 0.94, "disappointed"],
      ["b", "非常抱歉！请提供一下订单号，我来为您登记。", ["我来输入", "转人工"]],
      ["v", "20260211008", "inform", 0.88, "neutral"],
      ["b", "查到了：无线耳机 X2，昨天 16:20 签收。您希望退货还是换货？", ["退货", "换货"]],
      ["p", "换货"],
      ["b", "好的，请问破损的照片方便发一张吗？"],
      ["i", "破损的包装"],
      ["v", "都等了三天了，你们的快递怎么回事", "make_complaint", 0.81, "angry"],
      ["v", "我要找人工！！", "request_human", 0.99, "angry"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
      ["e", "agent_joined", "陈嘉 加入了会话", "Chen Jia has joined"],
      ["a", "您好，我是客服陈嘉。包裹破损的照片我看到了，实在抱歉，让您久等还收到这样的货。"],
      ["n", "仓库确认 X2 还有 12 件现货，可直接补发，无需等退件。"],
      [
        "a",
        "我现在就为您补发一副全新的，今天 18:00 前发顺丰，坏的那副快递员上门时一并取走，您不用付任何费用。",
      ],
      ["v", "那要几天能到？别又压坏了", "ask_delivery_time", 0.9, "anxious"],
      ["v", "还有运费险退我吗", "ask_shipping_fee", 0.62, "neutral"],
    ],
  },
  {
    slots: { order_number: "20260209113" },
    reason: "asked",
    note: null,
    form: null,
    lines: [
      ["v", "我的退款什么时候到账", "ask_refund_status", 0.96, "neutral"],
      ["b", "请提供订单号，我帮您查询。"],
      ["v", "20260209113", "inform", 0.9, "neutral"],
      ["b", "这笔退款已于昨天审核通过，1–3 个工作日内原路退回。"],
      ["v", "都第四天了还没到", "ask_refund_status", 0.84, "anxious"],
      ["v", "给我转人工吧", "request_human", 0.98, "anxious"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
    ],
  },
  {
    slots: { product: "扫地机器人 S5", phone_number: "138****2290" },
    reason: "failed",
    note: "连续两次没有听懂。",
    form: "repair_form",
    lines: [
      ["v", "扫地机老是原地转圈", "request_repair", 0.86, "neutral"],
      ["b", "为您登记报修，请问是哪一款？"],
      ["v", "S5，去年买的", "inform", 0.83, "neutral"],
      ["b", "请描述一下故障现象。"],
      ["v", "就是转，转着转着就叫", "request_repair", 0.48, "neutral"],
      ["b", "抱歉，我没有听明白，能换个说法吗？"],
      ["v", "算了你不懂", "deny", 0.41, "disappointed"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
    ],
  },
  {
    slots: {},
    reason: null,
    note: null,
    form: null,
    lines: [
      ["v", "你们周末几点关门", "ask_business_hours", 0.97, "neutral"],
      ["b", "门店周末 10:00–22:00 营业，线上人工客服每天 9:00–21:00。"],
      ["v", "好的谢谢", "thank", 0.99, "happy"],
      ["b", "不客气，祝您周末愉快！"],
    ],
  },
  {
    slots: { order_number: "20260213077" },
    reason: "asked",
    note: null,
    form: null,
    lines: [
      ["v", "收货地址写错了能改吗", "change_order_address", 0.95, "anxious"],
      ["b", "未发货的订单可以修改，请提供订单号。"],
      ["v", "20260213077", "inform", 0.9, "neutral"],
      ["b", "这个订单已交给仓库，需要人工为您拦截。要转人工吗？", ["转人工", "不用了"]],
      ["p", "转人工"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
      ["e", "agent_joined", "陈嘉 加入了会话", "Chen Jia has joined"],
      ["a", "您好，请把正确的地址发给我，我马上联系仓库拦截。"],
      ["v", "杭州市西湖区文三路 478 号 3 幢 1502", "inform", 0.72, "neutral"],
      ["a", "已经改好了，您刷新订单就能看到新地址。"],
      ["v", "太好了，你们真快👍", "thank", 0.97, "happy"],
    ],
  },
  {
    slots: { email: "lihua@example.com" },
    reason: "asked",
    note: null,
    form: null,
    lines: [
      ["v", "发票抬头开错了，要重新开", "request_invoice", 0.93, "neutral"],
      ["b", "请问需要改成什么抬头？"],
      ["v", "杭州云起科技有限公司，税号发你", "inform", 0.7, "neutral"],
      ["v", "要转人工确认一下", "request_human", 0.95, "neutral"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
    ],
  },
];
const EN = [
  {
    slots: { order_number: "20260210442", product: "Kettle K1" },
    reason: "angry",
    note: "Refund refused twice by the form; visitor is upset.",
    form: null,
    lines: [
      ["v", "hi, my kettle stopped working after two days", "request_repair", 0.9, "disappointed"],
      [
        "b",
        "I am sorry to hear that. Shall I register a repair, or would you like to return it?",
        ["Repair", "Return"],
      ],
      ["p", "Return"],
      ["b", "What is your order number?"],
      ["v", "20260210442", "inform", 0.91, "neutral"],
      ["b", "That order is 9 days old; returns are possible within 7 days. I can register a repair."],
      ["v", "this is ridiculous, it broke on day two!!", "make_complaint", 0.85, "angry"],
      ["v", "let me talk to a human", "request_human", 0.99, "angry"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
      ["e", "agent_joined", "Emma Clarke 加入了会话", "Emma Clarke has joined"],
      [
        "a",
        "Hello, this is Emma. You are right: a fault on day two counts as delivered faulty, so the 7 days do not apply.",
      ],
      ["v", "ok, thank you. so what happens now?", "thank", 0.55, "neutral"],
    ],
  },
  {
    slots: { product: "Watch W3" },
    reason: "failed",
    note: null,
    form: null,
    lines: [
      ["v", "does the W3 strap fit the older W2?", "ask_product_info", 0.58, "neutral"],
      ["b", "Sorry, I did not quite understand. Could you put it another way?"],
      ["v", "strap compatibility W2 W3", "ask_product_info", 0.51, "neutral"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
    ],
  },
  {
    slots: {},
    reason: null,
    note: null,
    form: null,
    lines: [
      ["v", "do you deliver to Ireland?", "ask_delivery_time", 0.74, "neutral"],
      ["b", "We deliver to the whole of the EU in 5 to 8 working days."],
      ["v", "great, thanks", "thank", 0.99, "happy"],
    ],
  },
  {
    slots: { order_number: "20260212310" },
    reason: "asked",
    note: null,
    form: null,
    lines: [
      ["v", "where is my parcel", "ask_order_status", 0.97, "anxious"],
      ["b", "Please tell me your order number."],
      ["v", "20260212310", "inform", 0.9, "neutral"],
      ["b", "It left our warehouse on Tuesday and is with the courier."],
      ["v", "tracking hasn't moved for 3 days. agent please", "request_human", 0.97, "anxious"],
      ["e", "waiting", "已为您转接人工，请稍候", "Connecting you to a person"],
    ],
  },
];

const NAMES_ZH = [
  "李先生",
  "王女士",
  "张伟",
  "刘芳",
  "陈晨",
  "杨洋",
  "赵女士",
  "黄先生",
  "周小姐",
  "吴磊",
  "徐静",
  "孙先生",
  "胡女士",
  "朱晓东",
  "高女士",
  "林先生",
  "何静",
  "郭先生",
  "马琳",
  "罗先生",
  "梁女士",
  "宋佳",
  "郑先生",
  "谢婷",
  "韩雪",
];
const NAMES_EN = [
  "Grace Miller",
  "Tom Becker",
  "Sofia Rossi",
  "James O'Neill",
  "Priya Shah",
  "Lucas Martin",
  "Hannah Wolf",
  "Daniel Kim",
  "Visitor 4821",
  "Aisha Khan",
];
const CHANNELS = ["web", "web", "web", "wechat", "wechat", "app", "miniprogram", "wecom_kf"];
const UA =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1";
const UA2 =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const BOT = { kind: "bot", id: null, name: "小客", avatar: null };
const SYSTEM = { kind: "system", id: null, name: "", avatar: null };

export const PICTURE = "/api/console/v1/fake-picture.svg";
const OTHERS = ["ask_order_status", "make_complaint", "request_return", "ask_refund_status"];

export const conversations = [];
export const visitors = new Map();
export const messagesOf = new Map();
export const packets = new Map();
export const services = new Map();

function nlu(intent, confidence, emotion, slots) {
  const rest = OTHERS.filter((name) => name !== intent).slice(0, 2);
  return {
    intent: { name: intent, confidence },
    emotion: { name: emotion, confidence: Math.round((0.7 + random() * 0.29) * 100) / 100 },
    ranking: [
      { name: intent, confidence },
      ...rest.map((name, index) => ({
        name,
        confidence: Math.round(((1 - confidence) / (index + 1.6)) * 100) / 100,
      })),
    ],
    entities: Object.entries(slots)
      .slice(0, 1)
      .map(([entity, value]) => ({ entity, value })),
    language: "zh",
  };
}

export function contentOf([kind, text, extra, en]) {
  if (kind === "e") return { type: "event", name: text, data: {}, text: { zh: extra, en } };
  if (kind === "p") return { type: "press", message_id: newId(), index: 0, title: text };
  if (kind === "i")
    return {
      type: "image",
      blob_id: newId(),
      url: PICTURE,
      name: `${text}.jpg`,
      mime: "image/jpeg",
      size: 284_113,
      width: 800,
      height: 600,
    };
  if (kind === "b" && extra)
    return { type: "buttons", text, buttons: extra.map((title) => ({ title, payload: "/affirm" })) };
  return { type: "text", text };
}

export function excerptOf(content) {
  if (content.type === "text" || content.type === "buttons") return content.text.slice(0, 80);
  if (content.type === "press") return content.title;
  if (content.type === "event") return content.text.zh;
  return `[${content.type === "image" ? "图片" : "文件"}] ${content.name ?? ""}`;
}

function build(story, language, stateName, agent, startedMinutes, options = {}) {
  const id = newId();
  const isZh = language === "zh";
  const name = options.name ?? pick(isZh ? NAMES_ZH : NAMES_EN);
  const channel = options.channel ?? (isZh ? pick(CHANNELS) : pick(["web", "web", "app"]));
  const visitorId = options.visitorId ?? newId();
  const lines = story.lines.slice(0, options.upTo ?? story.lines.length);
  const list = [];
  let position = options.from ?? 0;
  let at = startedMinutes;
  const step = startedMinutes / (lines.length + 2);
  for (const line of lines) {
    at -= step;
    position += 1;
    const kind = line[0];
    const isVisitor = kind === "v" || kind === "p" || kind === "i";
    list.push({
      id: newId(),
      conversation_id: id,
      position,
      seq: kind === "n" ? null : position,
      internal: kind === "n",
      author: isVisitor
        ? { kind: "visitor", id: visitorId, name, avatar: null }
        : kind === "b"
          ? BOT
          : kind === "e"
            ? SYSTEM
            : { kind: "agent", ...refOf(agent ?? who("chen")) },
      content: contentOf(line),
      channel,
      client_id: null,
      created_at: minutesAgo(at),
      delivered: true,
      read: at > 1.5,
      nlu: kind === "v" ? nlu(line[2], line[3], line[4], story.slots) : null,
    });
  }
  messagesOf.set(id, list);
  const spoken = list.filter((message) => message.nlu);
  const final = list.at(-1);
  const heard = spoken.at(-1)?.nlu;
  conversations.push({
    id,
    state: stateName,
    version: 3,
    visitor: { id: visitorId, name, language },
    channel,
    agent: stateName === "agent" || stateName === "closed" ? refOf(agent) : null,
    group_id: isZh ? GROUP.zh : GROUP.en,
    reason: story.reason,
    priority: story.reason === "angry" ? 2 : 0,
    opened_at: list[0].created_at,
    waiting_since: stateName === "waiting" ? minutesAgo(options.waited ?? startedMinutes / 3) : null,
    assigned_at: agent ? minutesAgo(startedMinutes / 2) : null,
    closed_at: stateName === "closed" ? final.created_at : null,
    last: {
      excerpt: excerptOf(final.content),
      author: final.author.kind,
      at: final.created_at,
      position: final.position,
    },
    unread: stateName === "agent" ? trailing(list) : 0,
    emotion: heard?.emotion ?? null,
    intent: heard?.intent ?? null,
  });
  if (story.reason) {
    const before = spoken.filter(
      (message) =>
        message.position <= (list.find((entry) => entry.content.name === "waiting")?.position ?? 1e9),
    );
    packets.set(id, {
      reason: story.reason,
      note: story.note,
      at: minutesAgo(startedMinutes / 2),
      turns: before.length,
      failures: story.reason === "failed" ? 2 : 0,
      intents: before
        .slice(-5)
        .map((message) => ({ ...message.nlu.intent, text: message.content.text, at: message.created_at })),
      emotions: before.map((message) => ({ ...message.nlu.emotion, at: message.created_at })),
      slots: { ...story.slots, requested_slot: null },
      entities: Object.entries(story.slots).map(([entity, value]) => ({ entity, value })),
      tried: [
        "utter_greet",
        "action_look_up_order",
        story.form ? "repair_form" : "utter_ask_return_or_exchange",
      ],
      form: story.form,
      language,
    });
  }
  services.set(
    id,
    agent
      ? [
          {
            id: newId(),
            agent: refOf(agent),
            started_at: minutesAgo(startedMinutes / 2),
            first_reply_at: minutesAgo(startedMinutes / 2 - 0.6),
            ended_at: stateName === "closed" ? final.created_at : null,
            end_reason: stateName === "closed" ? "solved" : null,
            rating: null,
          },
        ]
      : [],
  );
  if (!visitors.has(visitorId)) visitors.set(visitorId, visitorOf(visitorId, name, language, channel));
  visitors.get(visitorId).conversations.unshift({
    id,
    state: stateName,
    opened_at: list[0].created_at,
    closed_at: stateName === "closed" ? final.created_at : null,
    channel,
    agent_name: agent?.name ?? null,
    messages: list.length,
  });
  return conversations.at(-1);
}

function trailing(list) {
  let count = 0;
  for (const message of [...list].reverse()) {
    if (message.author.kind !== "visitor") break;
    count += 1;
  }
  return count;
}

function visitorOf(id, name, language, channel) {
  const isZh = language === "zh";
  const offset = isZh ? 8 : 1;
  const there = new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 16);
  const identities = [
    {
      id: newId(),
      channel,
      external: channel.startsWith("wechat") ? "oQ7xk5Fh2mB0vRz9" : "u_" + id.slice(-5),
      verified: channel !== "web",
      last_seen_at: minutesAgo(1),
    },
  ];
  if (random() > 0.4)
    identities.push({
      id: newId(),
      channel: channel === "web" ? "wechat" : "web",
      external: "oP3sT81kQ0",
      verified: true,
      last_seen_at: minutesAgo(5000),
    });
  return {
    id,
    name,
    language,
    script: null,
    identities,
    page: {
      url: "https://shop.example.com/product/x2",
      title: isZh ? "无线耳机 X2 - 商品详情" : "Kettle K1 - product page",
      at: minutesAgo(2),
    },
    referrer: "https://www.example.com/search",
    device: random() > 0.5 ? UA : UA2,
    local_time: there,
    time_zone: isZh ? "Asia/Shanghai" : "Europe/Berlin",
    first_seen_at: minutesAgo(between(3000, 400_000)),
    conversations: [],
    ratings: random() > 0.3 ? [{ score: between(3, 5), at: minutesAgo(20_000) }] : [],
  };
}

// The conversation that every screenshot opens, with two earlier ones of the same visitor.
const heroVisitor = newId();
build(ZH[3], "zh", "closed", null, 43_200, { name: "周小姐", channel: "wechat", visitorId: heroVisitor });
build(ZH[4], "zh", "closed", who("chen"), 14_400, {
  name: "周小姐",
  channel: "web",
  visitorId: heroVisitor,
  from: 4,
});
services.get(conversations.at(-1).id)[0].rating = { score: 5, comment: "态度很好" };
export const hero = build(ZH[0], "zh", "agent", who("chen"), 21, {
  name: "周小姐",
  channel: "wechat",
  visitorId: heroVisitor,
  from: 15,
});
visitors.get(heroVisitor).ratings = [{ score: 5, at: minutesAgo(14_000) }];
const heroEn = build(EN[0], "en", "agent", who("emma"), 16, { name: "Grace Miller", channel: "web" });
export { heroEn };

build(ZH[4], "zh", "agent", who("chen"), 9, { name: "吴磊" });
build(ZH[5], "zh", "agent", who("chen"), 26, { name: "徐静" });
build(EN[3], "en", "agent", who("chen"), 13, { name: "Daniel Kim" });
build(ZH[2], "zh", "agent", who("chen"), 34, { name: "梁女士", channel: "app" });
[1, 2, 5].forEach((index, nth) =>
  build(ZH[index], "zh", "waiting", null, 12 - nth * 3, { waited: [4.2, 2.1, 0.6][nth] }),
);
build(EN[3], "en", "waiting", null, 7, { waited: 1.4, name: "Sofia Rossi" });
build(EN[1], "en", "waiting", null, 3, { waited: 0.3, name: "Tom Becker" });
const serving = [who("emma"), who("wang"), who("zhao"), who("oliver")];
for (let index = 0; index < 11; index += 1)
  build(
    index % 3 ? pick(ZH) : pick(EN),
    index % 3 ? "zh" : "en",
    "agent",
    serving[index % 4],
    between(5, 70),
  );
for (let index = 0; index < 14; index += 1)
  build(index % 4 ? ZH[3] : EN[2], index % 4 ? "zh" : "en", "bot", null, between(1, 20));
for (let index = 0; index < 130; index += 1)
  build(
    index % 3 ? pick(ZH) : pick(EN),
    index % 3 ? "zh" : "en",
    "closed",
    index % 4 ? pick([who("chen"), ...serving]) : null,
    between(90, 40_000),
  );

const TICKETS_ZH = [
  ["repair", "扫地机器人 S5 原地转圈", "开机后原地转圈并报警，已清理滚刷和传感器，仍无改善。"],
  ["complaint", "包裹破损且客服等待过久", "收到时外盒压扁、耳机裂开，排队等了二十分钟。"],
  ["suggestion", "希望 App 增加暗色模式", "晚上使用太刺眼，建议跟随系统。"],
  ["repair", "手表 W3 充不进电", "换过两根充电线，充电 5 小时只有 3%。"],
  ["other", "非工作时间留言：企业采购询价", "需要 50 台显示器的报价和交货期。"],
  ["complaint", "退款超过承诺时间", "审核通过已经第六天，仍未到账。"],
  ["repair", "电热水壶漏水", "壶底接缝处漏水，购买三个月。"],
];
const TICKETS_EN = [
  ["repair", "Kettle K1 dead after two days", "No light, no heat. Tried several sockets."],
  ["complaint", "Parcel not moving for a week", "Tracking has shown the same place since Monday."],
  ["suggestion", "Please ship to Norway", "Happy to pay duties."],
  ["other", "Message left at night: wholesale prices", "Looking for 200 units of the X2."],
];
const STATES = ["open", "open", "in_progress", "in_progress", "waiting", "resolved", "closed"];
const PRIORITIES = ["normal", "normal", "normal", "high", "low", "urgent"];
export const tickets = [];
for (let index = 0; index < 64; index += 1) {
  const [type, title, description] = index % 3 ? pick(TICKETS_ZH) : pick(TICKETS_EN);
  const source = conversations[(index * 7) % conversations.length];
  const state = pick(STATES);
  const assignee =
    state === "open" && random() > 0.3 ? null : pick([who("he"), who("chen"), who("wang"), who("emma")]);
  const created = between(10, 20_000);
  const section = departments.find((one) => one.types.includes(type));
  const entry = (kind, ago, actor, data, isPublic = false) => ({
    id: newId(),
    at: minutesAgo(ago),
    actor,
    kind,
    data,
    public: isPublic,
  });
  const actor = { kind: "agent", name: assignee?.name ?? "陈嘉" };
  const timeline = [
    entry(
      "created",
      created,
      { kind: index % 2 ? "bot" : "agent", name: index % 2 ? "小客" : "陈嘉" },
      {},
      true,
    ),
  ];
  if (assignee)
    timeline.push(
      entry(
        "assignee",
        created * 0.8,
        { kind: "agent", name: "林晓雯" },
        { before: null, after: { id: assignee.id, name: assignee.name } },
      ),
    );
  if (state !== "open")
    timeline.push(entry("state", created * 0.6, actor, { before: "open", after: state }, true));
  if (index % 2)
    timeline.push(entry("comment", created * 0.5, actor, { text: "已联系访客，约好明天下午上门取件。" }));
  if (index % 3 === 0)
    timeline.push(
      entry(
        "comment",
        created * 0.4,
        actor,
        { text: "您好，您的问题我们已经收到，工程师会在 24 小时内与您联系。" },
        true,
      ),
    );
  tickets.push({
    number: `T${260_200 + index * 3 + 17}`,
    type,
    title,
    state,
    priority: pick(PRIORITIES),
    department: { id: section.id, name: section.name },
    assignee: refOf(assignee),
    visitor: { id: source.visitor.id, name: source.visitor.name },
    created_at: minutesAgo(created),
    updated_at: timeline.at(-1).at,
    version: 1,
    description,
    fields:
      type === "repair" ? { product: "S5", order_number: "20260209113", phone_number: "138****2290" } : {},
    contact: "138****2290",
    conversation_id: source.id,
    messages: messagesOf
      .get(source.id)
      .filter((message) => message.nlu)
      .slice(0, 2),
    timeline,
  });
}

export const settings = {
  hours: {
    time_zone: "Asia/Shanghai",
    days: {
      mon: [
        ["09:00", "12:00"],
        ["13:00", "21:00"],
      ],
      tue: [["09:00", "21:00"]],
      wed: [["09:00", "21:00"]],
      thu: [["09:00", "21:00"]],
      fri: [["09:00", "21:00"]],
      sat: [["10:00", "18:00"]],
      sun: [],
    },
    exceptions: [
      { date: "2026-02-17", ranges: [], name: "春节" },
      { date: "2026-05-01", ranges: [["10:00", "16:00"]], name: "劳动节" },
    ],
  },
  widget: {
    title: { zh: "云起数码", "zh-Hant": "雲起數碼", en: "Cloudrise" },
    greeting: {
      zh: "您好，有什么可以帮您？",
      "zh-Hant": "您好，有什麼可以幫您？",
      en: "Hello, how can we help?",
    },
    colour: "#1f6feb",
    position: "right",
    origins: ["https://shop.example.com", "https://www.example.com"],
    suggestions: [
      { zh: "我的订单到哪了？", "zh-Hant": "我的訂單到哪了？", en: "Where is my order?" },
      { zh: "怎么退货？", "zh-Hant": "怎麼退貨？", en: "How do I return something?" },
      { zh: "转人工", "zh-Hant": "轉人工", en: "Talk to a person" },
    ],
    bot: { name: { zh: "小客", "zh-Hant": "小客", en: "Keke" } },
    snippet: '<script src="https://chat.example.com/widget/widget.js" async></script>',
  },
  business: { name: { zh: "云起数码", en: "Cloudrise Digital" } },
};

const VERBS = [
  "conversation.closed",
  "conversation.transferred",
  "person.created",
  "settings.widget.saved",
  "ticket.changed",
  "session.started",
  "canned.changed",
  "conversation.taken_over",
];
export const audit = Array.from({ length: 120 }, (_, index) => ({
  at: minutesAgo(index * 17 + 3),
  actor: pick(people).name,
  verb: pick(VERBS),
  object: pick(["conversation 7f3a", "ticket T260218", "person sun", "widget"]),
  data: index % 3 ? { reason: "solved" } : null,
}));
