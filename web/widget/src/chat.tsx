/** The chat itself: a visitor client, drawn into the loader's shadow root. */
import { VisitorClient } from "@shared/client.ts";
import { browserStore } from "@shared/memory.ts";
import type { Language } from "@shared/protocol.ts";
import tokens from "@shared/tokens.css?inline";
import { render } from "preact";

import { App } from "./app.tsx";
import css from "./chat.css?inline";
import type { Chat, Host } from "./host.ts";
import { excerpt } from "./format.ts";
import { say } from "./words.ts";

const page = () => ({ url: location.href, title: document.title, referrer: document.referrer });
const device = () => ({
  user_agent: navigator.userAgent,
  screen: `${screen.width}x${screen.height}`,
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

window.KetingChat = (host: Host): Chat => {
  let language = host.language;
  let opened = host.opened;
  let visited = location.href;
  let due = false;
  /** What is in the field and not sent. */
  let draft = host.draft;
  const client = new VisitorClient({
    base: host.base,
    channel: "web",
    language,
    store: browserStore(),
    page,
    device,
    refused: () => console.error(REFUSED(location.origin, host.base)),
  });
  const box = document.createElement("div");
  dress(host.root, tokens + css);
  host.root.prepend(box);

  const draw = () => {
    due = false;
    render(
      <App
        client={client}
        view={client.view}
        language={language}
        theme={host.theme}
        opened={opened}
        draft={draft}
        onDraft={(text) => {
          draft = text;
          changed();
        }}
        onOpen={host.open}
        onMinimise={() => {
          host.closed();
          chat.close();
        }}
        onLanguage={(next) => chat.setLanguage(next)}
      />,
      box,
    );
  };
  /** However much changes in one go, it is drawn once. */
  const changed = () => {
    if (due) return;
    due = true;
    queueMicrotask(draw);
  };
  const talking = () => {
    const { state, unread, pending, uploads } = client.view;
    // What is on its way opens a conversation before the service can say so; stopped now it would not arrive.
    const sending = pending.some(({ status }) => status !== "failed") || uploads.some(({ error }) => !error);
    const open = !!state?.conversation && state.conversation.state !== "closed";
    return sending || open || unread > 0 || (state?.tickets ?? 0) > 0;
  };
  const movedOn = () => {
    if (visited === location.href) return;
    visited = location.href;
    client.visited(page());
  };

  let told = -1;
  let look = "";
  client.watch(({ session, unread, state }) => {
    if (session && look !== session.widget.colour + session.widget.position) {
      look = session.widget.colour + session.widget.position;
      host.settings(session.widget.colour, session.widget.position);
    }
    const shown = opened ? 0 : unread;
    if (shown !== told) host.badge((told = shown));
    if (state || talking()) host.active(talking());
    changed();
  });
  client.onMessage((message) => {
    movedOn();
    host.emit("message", { from: message.author, text: excerpt(message, language, say(language)) });
  });
  const wake = () => {
    if (document.visibilityState !== "visible") return;
    client.nudge();
    movedOn();
  };
  document.addEventListener("visibilitychange", wake);
  for (const event of ["focus", "online", "pageshow", "popstate"]) addEventListener(event, wake);
  addEventListener("storage", ({ key, newValue }) => {
    if (key === `keting:${host.base}:read` && newValue) client.seen(Number(newValue));
  });

  const chat: Chat = {
    open: () => {
      opened = true;
      void client.start();
      told = -1;
      host.badge((told = 0));
      movedOn();
      changed();
    },
    close: () => {
      opened = false;
      if (!talking()) client.stop();
      changed();
    },
    ask: (text) => {
      const question = text.trim();
      if (!question) return;
      if (draft.trim()) draft = `${draft.trimEnd()}\n${question}`;
      else client.sendText(question);
      draw();
      host.root.querySelector<HTMLElement>(".composer textarea")?.focus();
    },
    compose: (text) => {
      draft = draft.trim() ? draft : text;
      draw();
      host.root.querySelector<HTMLElement>(".composer textarea")?.focus();
    },
    identify: (jwt) => void client.identify(jwt).catch(() => undefined),
    setLanguage: (next: Language) => {
      language = next;
      host.spoke(next);
      void client.setLanguage(next).catch(() => undefined);
      changed();
    },
  };
  if (host.identity) void client.identify(host.identity);
  void client.start();
  if (opened) host.badge((told = 0));
  changed();
  for (const question of host.questions.splice(0)) chat.ask(question);
  return chat;
};

/** For whoever made the page; the visitor reads that the chat is not available here. */
const REFUSED = (origin: string, base: string): string =>
  `Keting: ${origin} is not allowed to use the chat of ${base}. Add it in the console: Settings → Widget → Allowed sites. ` +
  `/ ${origin} 未获授权使用 ${base} 的在线客服，请在客服工作台的「设置 → 网页组件 → 允许的网站」里添加。`;

const dress = (root: ShadowRoot, text: string): void => {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = text;
    root.append(style);
  }
};
