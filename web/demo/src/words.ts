export type Tongue = "zh" | "en";

export const WORDS: Record<Tongue, Record<string, string>> = {
  zh: {
    shop: "客厅电器",
    products: "热卖商品",
    service: "服务",
    console: "客服工作台",
    eyebrow: "新品 · 客厅 S2 智能音箱",
    headline: "好声音，\n就该待在客厅里",
    lead: "音箱、耳机、投影和清洁家电，全国联保，门店与线上同价。有问题随时问，机器人先答，真人接力。",
    ask: "咨询客服",
    look: "看看商品",
    serviceTitle: "有事，在客厅说",
    serviceText: "点右下角的按钮，中文、英文都可以。智能助手先为您解答，需要时一步转到真人客服。",
    s1: "查订单",
    s1t: "报上订单号，马上看到物流",
    s1q: "我的订单到哪了？",
    s2: "退换货",
    s2t: "签收 7 天内无理由退货",
    s2q: "怎么退货？",
    s3: "报修",
    s3t: "登记后给您工单号，进度可查",
    s3q: "我要报修",
    s4: "投诉与建议",
    s4t: "有专人跟进，直到有答复",
    s4q: "我要投诉",
    about: "这是演示用的虚构店铺，展示 Keting 客服系统。",
    api: "接口文档",
    buy: "问问这款",
    about_product: "介绍一下{name}",
  },
  en: {
    shop: "Keting Electronics",
    products: "Popular now",
    service: "Service",
    console: "Agent console",
    eyebrow: "New · Keting S2 smart speaker",
    headline: "Good sound belongs in the living room",
    lead: "Speakers, headphones, projectors and home cleaning, with a warranty everywhere and one price online and in our shops. Ask at any time: the assistant answers first, people take over.",
    ask: "Ask us",
    look: "See the products",
    serviceTitle: "Say it in the living room",
    serviceText:
      "Use the button at the lower right, in Chinese or English. The assistant answers first; a person is one step away.",
    s1: "Orders",
    s1t: "Give us the number, see where it is",
    s1q: "Where is my order?",
    s2: "Returns",
    s2t: "Within 7 days, no questions asked",
    s2q: "How do I return something?",
    s3: "Repairs",
    s3t: "You get a ticket number to follow",
    s3q: "I need a repair",
    s4: "Complaints and ideas",
    s4t: "Somebody follows up until you have an answer",
    s4q: "I'd like to make a complaint",
    about: "A pretended shop that shows the Keting customer service system.",
    api: "API reference",
    buy: "Ask about it",
    about_product: "Tell me about the {name}",
  },
};

export interface Product {
  name: Record<Tongue, string>;
  note: Record<Tongue, string>;
  price: number;
  /** The inside of a 200 x 150 drawing. */
  drawing: string;
}

export const PRODUCTS: Product[] = [
  {
    name: { zh: "客厅 S2 智能音箱", en: "Keting S2 speaker" },
    note: { zh: "360° 环绕，离线也听得懂", en: "360° sound, understands offline" },
    price: 499,
    drawing:
      '<rect x="66" y="20" width="68" height="108" rx="32" class="d1"/><ellipse cx="100" cy="30" rx="23" ry="6" class="a"/><circle cx="100" cy="88" r="18" class="d2"/><circle cx="100" cy="88" r="7" class="d3"/>',
  },
  {
    name: { zh: "静野 Pro 降噪耳机", en: "Quiet Field Pro" },
    note: { zh: "40 小时续航，三麦通话", en: "40 hours, three microphones" },
    price: 899,
    drawing:
      '<path d="M56 92V80a44 44 0 0 1 88 0v12" fill="none" class="s1" stroke-width="9" stroke-linecap="round"/><rect x="44" y="80" width="26" height="46" rx="12" class="d1"/><rect x="130" y="80" width="26" height="46" rx="12" class="d1"/><rect x="64" y="84" width="9" height="38" rx="4" class="a"/><rect x="127" y="84" width="9" height="38" rx="4" class="a"/>',
  },
  {
    name: { zh: "月白 4K 投影仪", en: "Moonlight 4K projector" },
    note: { zh: "自动对焦，白天也清楚", en: "Focuses itself, clear by day" },
    price: 3299,
    drawing:
      '<path d="M126 70 186 34v92l-60-22Z" class="beam"/><rect x="36" y="52" width="96" height="62" rx="14" class="d1"/><circle cx="106" cy="83" r="19" class="d2"/><circle cx="106" cy="83" r="9" class="a"/><path d="M50 68h28M50 80h20M50 92h28" class="s3" stroke-width="4" stroke-linecap="round"/><path d="M52 114v10M116 114v10" class="s1" stroke-width="7" stroke-linecap="round"/>',
  },
  {
    name: { zh: "拾光 X1 扫拖机器人", en: "Gleam X1 robot vacuum" },
    note: { zh: "会避开拖鞋和数据线", en: "Goes round slippers and cables" },
    price: 2199,
    drawing:
      '<ellipse cx="100" cy="112" rx="66" ry="16" class="d2"/><ellipse cx="100" cy="96" rx="66" ry="26" class="d1"/><ellipse cx="100" cy="90" rx="60" ry="21" class="d2"/><ellipse cx="100" cy="82" rx="20" ry="9" class="d1"/><ellipse cx="100" cy="80" rx="12" ry="5" class="a"/>',
  },
];
