/**
 * The one script a shop embeds: a launcher with a badge.  Everything else is loaded on the first open,
 * or at once where a conversation is open.  See docs/widget.md.
 */
import type { Language } from "@shared/protocol.ts";

import type { Chat, Host } from "./host.ts";
import { palette } from "@shared/colour.ts";
import css from "./loader.css?inline";

declare const __CHAT__: string;

type Handler = (detail: unknown) => void;
type Ready = (api: Api) => void;
interface Api {
  open(): void;
  close(): void;
  toggle(): void;
  /** Open the panel and send this for the visitor; below what is being written, if something is. */
  ask(text: string): void;
  /** Open the panel with this in the field, for the visitor to go on; not where something is being written. */
  compose(text: string): void;
  /** A JWT signed by the shop's server; null: logged out. */
  identify(jwt: string | null): void;
  setLanguage(tag: string): void;
  /** `ready`, `open`, `close`, `message`, `unread`.  Answers how to stop listening. */
  on(event: string, handler: Handler): () => void;
  push(ready: Ready): void;
}
declare global {
  interface Window {
    Keting?: Api | Ready[];
  }
}

const LABEL: Record<Language, [string, string, string]> = {
  zh: ["打开在线客服", "条未读", "收起在线客服"],
  "zh-Hant": ["開啟線上客服", "則未讀", "收合線上客服"],
  en: ["Open chat", "unread", "Close chat"],
};
const ICON = `<svg viewBox="0 0 24 24" width="26" height="26" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 5.5h16a1 1 0 0 1 1 1v9.6a1 1 0 0 1-1 1h-8.2L7 20.8v-3.7H4a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1Z"/><path d="M8 10h8M8 13.3h5"/></svg>`;
const DOWN = `<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="m6 9.5 6 6 6-6"/></svg>`;

const start = (script: HTMLScriptElement): void => {
  const base = new URL(script.src).origin;
  const set = script.dataset;
  const language =
    asLanguage(set["language"]) ??
    asLanguage(recall("language")) ??
    asLanguage(document.documentElement.lang);
  const handlers = new Map<string, Set<Handler>>();
  let chat: Chat | null = null;
  let loading = false;
  let failures = 0;
  let unread = 0;

  const holder = document.createElement("div");
  holder.id = "keting-widget";
  const root = holder.attachShadow({ mode: "open" });
  const launcher = document.createElement("button");
  launcher.className = "launcher";
  launcher.type = "button";
  launcher.innerHTML = `<span class="icon">${ICON}</span><span class="down">${DOWN}</span><span class="badge" hidden></span>`;
  const badge = launcher.querySelector<HTMLElement>(".badge")!;
  const style = document.createElement("style");
  dress(root, style, css);
  root.append(launcher);

  function recall(name: string): string | null {
    try {
      return localStorage.getItem(`keting:${base}:${name}`);
    } catch {
      return null;
    }
  }
  const keep = (name: string, value: string) => {
    try {
      localStorage.setItem(`keting:${base}:${name}`, value);
    } catch {
      // a browser without storage starts afresh on each page
    }
  };
  const emit = (event: string, detail?: unknown) => {
    for (const handler of [...(handlers.get(event) ?? [])]) handler(detail);
  };
  const paint = (colour: string, position: string) => {
    const { accent, onAccent } = palette(colour, false);
    launcher.style.setProperty("--accent", accent);
    launcher.style.setProperty("--on", onAccent);
    launcher.classList.toggle("left", position === "left");
  };
  const label = () => {
    const [open, word, close] = LABEL[host.language];
    launcher.ariaLabel = host.opened ? close : unread ? `${open} (${unread} ${word})` : open;
  };
  const show = (opened: boolean) => {
    host.opened = opened;
    label();
    launcher.ariaExpanded = String(opened);
    launcher.classList.toggle("opened", opened);
    emit(opened ? "open" : "close");
  };

  const host: Host = {
    base,
    root,
    language: language ?? asLanguage(navigator.language) ?? "en",
    theme: (set["theme"] as Host["theme"]) ?? "auto",
    identity: set["identity"] ?? null,
    opened: false,
    questions: [],
    draft: "",
    open: () => api.open(),
    closed: () => {
      show(false);
      launcher.focus();
    },
    badge: (n) => {
      unread = n;
      badge.hidden = !n;
      badge.textContent = n > 99 ? "99+" : String(n);
      label();
      emit("unread", n);
    },
    settings: (colour, position) => {
      keep("look", `${colour} ${position}`);
      paint(set["colour"] ?? colour, set["position"] ?? position);
    },
    active: (yes) => keep("active", yes ? "1" : ""),
    spoke: (spoken) => {
      host.language = spoken;
      keep("language", spoken);
      label();
    },
    emit,
  };

  const load = () => {
    if (loading || chat) return;
    loading = true;
    const code = document.createElement("script");
    code.src = base + __CHAT__;
    if (script.nonce) code.nonce = script.nonce;
    code.onload = () => {
      launcher.classList.remove("busy");
      chat = window.KetingChat?.(host) ?? null;
      if (chat) emit("ready");
    };
    code.onerror = () => {
      loading = false;
      code.remove();
      // Somebody waits for what this conversation says: try again.  Otherwise the next click does.
      if (recall("active") || host.questions.length) {
        setTimeout(load, (0.5 + Math.random()) * Math.min(60e3, 2e3 * 2 ** failures++));
      } else {
        launcher.classList.remove("busy");
        if (host.opened) show(false);
      }
    };
    document.head.append(code);
  };

  const api: Api = {
    open: () => {
      if (host.opened) return;
      show(true);
      if (chat) return chat.open();
      launcher.classList.add("busy");
      load();
    },
    close: () => {
      if (!host.opened) return;
      show(false);
      chat?.close();
    },
    ask: (text) => {
      if (!chat) host.questions.push(text);
      api.open();
      chat?.ask(text);
    },
    compose: (text) => {
      host.draft = text;
      api.open();
      chat?.compose(text);
    },
    toggle: () => (host.opened ? api.close() : api.open()),
    identify: (jwt) => {
      host.identity = jwt;
      chat?.identify(jwt);
    },
    setLanguage: (tag) => {
      host.language = asLanguage(tag) ?? host.language;
      keep("language", host.language);
      chat?.setLanguage(host.language);
      label();
    },
    on: (event, handler) => {
      const known = handlers.get(event) ?? new Set();
      handlers.set(event, known.add(handler));
      return () => known.delete(handler);
    },
    push: (ready) => ready(api),
  };

  const [colour = "#1f6feb", position = "right"] = (recall("look") ?? "").split(" ").filter(Boolean);
  paint(set["colour"] ?? colour, set["position"] ?? position);
  label();
  launcher.onclick = api.toggle;
  launcher.onpointerenter = launcher.onfocus = () => {
    const hint = document.createElement("link");
    hint.rel = "prefetch";
    hint.as = "script";
    hint.href = base + __CHAT__;
    document.head.append(hint);
    launcher.onpointerenter = launcher.onfocus = null;
  };

  const waiting = window.Keting;
  window.Keting = api;
  document.body.append(holder);
  if (!recall("look")) void look(base).then((found) => found && host.settings(found.colour, found.position));
  if (Array.isArray(waiting)) waiting.forEach(api.push);
  if (recall("active")) load();
  if (set["open"] !== undefined) api.open();
};

/** The shop's colour for a first-time visitor; without an answer the default stays. */
const look = async (base: string): Promise<{ colour: string; position: "left" | "right" } | null> => {
  try {
    const answer = await fetch(`${base}/api/visitor/v1/widget`, { credentials: "omit" });
    return (
      ((await answer.json()) as { widget?: { colour: string; position: "left" | "right" } }).widget ?? null
    );
  } catch {
    return null;
  }
};

const asLanguage = (tag: string | null | undefined): Language | null =>
  !tag
    ? null
    : /^zh/i.test(tag)
      ? /hant|tw|hk|mo/i.test(tag)
        ? "zh-Hant"
        : "zh"
      : /^en/i.test(tag)
        ? "en"
        : null;

/** A style sheet that a strict content security policy lets through, where the browser can. */
const dress = (root: ShadowRoot, fallback: HTMLStyleElement, text: string): void => {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    fallback.textContent = text;
    root.append(fallback);
  }
};

const script = document.currentScript as HTMLScriptElement | null;
if (script && !document.getElementById("keting-widget")) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script));
}
