/** Every sentence of the widget, in the three languages that visitors may choose. */
import type { Language, Words } from "@shared/protocol.ts";

export const LANGUAGES: Record<Language, string> = { zh: "简体中文", "zh-Hant": "繁體中文", en: "English" };

const all = {
  open: ["打开在线客服", "開啟線上客服", "Open chat"],
  openUnread: ["打开在线客服，{n} 条未读", "開啟線上客服，{n} 則未讀", "Open chat, {n} unread"],
  minimise: ["收起", "收合", "Minimise"],
  menu: ["更多", "更多", "More"],
  language: ["语言", "語言", "Language"],
  human: ["转人工", "轉真人", "Live agent"],
  endChat: ["结束会话", "結束對話", "End conversation"],
  endSure: ["结束这次会话？", "結束這次對話？", "End this conversation?"],
  end: ["结束", "結束", "End"],
  cancel: ["取消", "取消", "Cancel"],
  close: ["关闭", "關閉", "Close"],

  botStatus: ["智能助手 · 随时为您解答", "智慧助理 · 隨時為您解答", "Always here"],
  botPreparing: ["智能助手 · 正在准备", "智慧助理 · 正在準備", "Getting ready"],
  agentStatus: ["人工客服 · 正在为您服务", "真人客服 · 正在為您服務", "Here for you"],
  waitingStatus: ["正在为您接通人工客服", "正在為您接通真人客服", "Finding a person for you"],
  closedStatus: ["会话已结束", "對話已結束", "Ended"],
  typing: ["{name} 正在输入", "{name} 正在輸入", "{name} is typing"],

  connecting: ["正在连接…", "正在連線…", "Connecting…"],
  reconnecting: [
    "连接中断，正在重连。您写的消息会在恢复后发出。",
    "連線中斷，正在重新連線。您寫的訊息會在恢復後送出。",
    "Connection lost, reconnecting. What you write will be sent.",
  ],
  offline: [
    "网络已断开。您写的消息会在联网后发出。",
    "網路已中斷。您寫的訊息會在連上網路後送出。",
    "You are offline. What you write will be sent later.",
  ],
  unreachable: ["暂时连不上客服", "暫時連不上客服", "We cannot be reached right now"],
  unreachableMore: [
    "请检查网络，我们会自动重试。",
    "請檢查網路，我們會自動重試。",
    "Please check your network; we keep trying.",
  ],
  refused: ["在线客服暂未开放", "線上客服暫未開放", "The chat is not available here"],
  tryNow: ["立即重试", "立即重試", "Try now"],
  botNotReady: [
    "智能助手还在准备，您可以直接找人工客服。",
    "智慧助理還在準備，您可以直接找真人客服。",
    "The assistant is still getting ready. You can talk to a person.",
  ],

  position: ["您排在第 {n} 位", "您排在第 {n} 位", "Number {n} in line"],
  next: ["下一位就是您", "下一位就是您", "You are next"],
  wait: ["预计等待 {range}", "預計等待 {range}", "about {range}"],
  minutes: ["{n} 分钟", "{n} 分鐘", "{n} min"],
  underMinute: ["不到 1 分钟", "不到 1 分鐘", "under a minute"],
  backToBot: ["回到智能助手", "回到智慧助理", "Back to the assistant"],

  backShort: ["回助手", "回助理", "Assistant"],

  write: ["输入消息…", "輸入訊息…", "Write a message…"],
  writeNew: ["继续写，开始新的会话…", "繼續寫，開始新的對話…", "Write to start again…"],
  message: ["消息", "訊息", "Message"],
  send: ["发送", "傳送", "Send"],
  attach: ["发送图片或文件", "傳送圖片或檔案", "Send an image or a file"],
  drop: ["松开即可发送", "放開即可傳送", "Drop to send"],
  tooLong: ["最多 {n} 字", "最多 {n} 字", "At most {n} characters"],

  hot: ["猜您想问", "猜您想問", "People often ask"],
  suggestions: ["相似的问题", "相似的問題", "Similar questions"],
  suggested: [
    "{n} 个相似的问题，用上下键选择",
    "{n} 個相似的問題，用上下鍵選擇",
    "{n} similar questions, choose with the arrow keys",
  ],

  sending: ["发送中", "傳送中", "Sending"],
  sent: ["已送达", "已送達", "Sent"],
  read: ["已读", "已讀", "Read"],
  failed: ["未发送", "未送出", "Not sent"],
  resend: ["重新发送", "重新傳送", "Send again"],
  discard: ["删除", "刪除", "Delete"],
  too_large: ["文件超过 {size}", "檔案超過 {size}", "Larger than {size}"],
  type_not_allowed: ["不支持这种文件", "不支援這種檔案", "This kind of file is not accepted"],
  empty: ["文件是空的", "檔案是空的", "The file is empty"],
  uploadFailed: ["上传失败", "上傳失敗", "Upload failed"],
  uploading: ["正在上传 {name}", "正在上傳 {name}", "Uploading {name}"],

  today: ["今天", "今天", "Today"],
  yesterday: ["昨天", "昨天", "Yesterday"],
  newMessages: ["以下是新消息", "以下是新訊息", "New"],
  jump: ["新消息", "新訊息", "New messages"],
  toBottom: ["回到最新", "回到最新", "To the newest"],
  older: ["查看更早的消息", "查看更早的訊息", "Earlier messages"],
  loading: ["正在加载…", "載入中…", "Loading…"],
  you: ["您", "您", "You"],
  said: ["{name}：{text}", "{name}：{text}", "{name}: {text}"],
  image: ["图片", "圖片", "Image"],
  imageGone: ["图片无法显示，点按重试", "圖片無法顯示，點按重試", "Could not load; tap to try again"],
  enlarge: ["查看大图：{name}", "檢視大圖：{name}", "Enlarge {name}"],
  download: ["下载", "下載", "Download"],
  video: ["视频", "影片", "Video"],
  audio: ["语音", "語音", "Audio"],
  file: ["文件", "檔案", "File"],
  location: ["位置", "位置", "Location"],
  map: ["查看地图", "檢視地圖", "Open map"],
  copy: ["复制", "複製", "Copy"],
  copied: ["已复制", "已複製", "Copied"],
  ticket: ["工单号", "工單號", "Ticket"],
  ticketReply: ["工单 {number} 的回复", "工單 {number} 的回覆", "Reply to ticket {number}"],

  rate: ["请为 {name} 的服务评分", "請為 {name} 的服務評分", "How was your service with {name}?"],
  stars: [
    ["很不满意", "不满意", "一般", "满意", "非常满意"],
    ["很不滿意", "不滿意", "普通", "滿意", "非常滿意"],
    ["Very poor", "Poor", "Okay", "Good", "Excellent"],
  ],
  nStars: ["{n} 星，{word}", "{n} 星，{word}", "{n} of 5, {word}"],
  comment: ["想对我们说些什么？（选填）", "想對我們說些什麼？（選填）", "Anything to add? (optional)"],
  submit: ["提交评价", "送出評價", "Send rating"],
  thanks: ["感谢您的评价", "感謝您的評價", "Thank you for your rating"],
  change: ["修改", "修改", "Change"],
  noRating: ["不评价", "不評價", "Do not rate"],

  nobody: ["现在没有人工客服在线", "現在沒有真人客服在線", "Nobody is on duty right now"],
  nobodyMore: [
    "请留下问题和联系方式，我们上班后会回复您，并给您一个工单号。",
    "請留下問題和聯絡方式，我們上班後會回覆您，並給您一個工單號。",
    "Leave your question and how to reach you. We will answer when we are back and give you a ticket number.",
  ],
  leave: ["留言", "留言", "Leave a message"],
  question: ["您的问题", "您的問題", "Your question"],
  contact: ["手机号或邮箱", "手機號碼或信箱", "Phone or e-mail"],
  required: ["请填写这一项", "請填寫這一項", "Please fill this in"],
  badContact: [
    "请填写手机号或邮箱，我们才能联系到您",
    "請填寫手機號碼或信箱，我們才能聯絡到您",
    "Please give a phone number or an e-mail address",
  ],
  sendMessage: ["提交留言", "送出留言", "Send message"],
  left: ["留言已收到", "留言已收到", "We have your message"],
  leftMore: [
    "请记下工单号，您可以随时凭它查询进度。",
    "請記下工單號，您可以隨時憑它查詢進度。",
    "Keep this number: you can ask for its state at any time.",
  ],
  back: ["返回聊天", "返回對話", "Back to the chat"],
  failedNow: ["没有成功，请再试一次", "沒有成功，請再試一次", "That did not work, please try again"],
} as const;

type Key = keyof typeof all;
const COLUMN: Record<Language, 0 | 1 | 2> = { zh: 0, "zh-Hant": 1, en: 2 };

export type Say = (key: Exclude<Key, "stars">, values?: Record<string, string | number>) => string;

export const say =
  (language: Language): Say =>
  (key, values = {}) =>
    all[key][COLUMN[language]].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

export const starWords = (language: Language): readonly string[] => all.stars[COLUMN[language]];

/** The words of the service in the visitor's language. */
export const pick = (words: Words | null | undefined, language: Language): string =>
  !words ? "" : language === "en" ? words.en : (language === "zh-Hant" ? words["zh-Hant"] : "") || words.zh;

/** `zh-TW`, `zh-HK`, `en-GB` … as one of ours. */
export const asLanguage = (tag: string | null | undefined): Language | null => {
  if (!tag) return null;
  if (/^zh\b/i.test(tag)) return /hant|tw|hk|mo/i.test(tag) ? "zh-Hant" : "zh";
  return /^en\b/i.test(tag) ? "en" : null;
};
