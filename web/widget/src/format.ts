import type { Language, Message } from "@shared/protocol.ts";

import type { Say } from "./words.ts";

const LOCALE: Record<Language, string> = { zh: "zh-CN", "zh-Hant": "zh-TW", en: "en-GB" };

export const clock = (iso: string, language: Language): string =>
  new Intl.DateTimeFormat(LOCALE[language], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    new Date(iso),
  );

const dayNumber = (date: Date): number =>
  Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / 86_400_000);

export const sameDay = (a: string, b: string): boolean => dayNumber(new Date(a)) === dayNumber(new Date(b));

export const day = (iso: string, language: Language, words: Say, now = new Date()): string => {
  const date = new Date(iso);
  const ago = dayNumber(now) - dayNumber(date);
  if (ago === 0) return words("today");
  if (ago === 1) return words("yesterday");
  return new Intl.DateTimeFormat(LOCALE[language], {
    month: "long",
    day: "numeric",
    weekday: "short",
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
  }).format(date);
};

export const bytes = (size: number): string =>
  size < 1024
    ? `${size} B`
    : size < 1_048_576
      ? `${Math.round(size / 1024)} KB`
      : `${+(size / 1_048_576).toFixed(1)} MB`;

/** Seconds as a visitor wants to hear them: `1–3 min`. */
export const waitRange = ([least, most]: [number, number], words: Say): string => {
  const [from, to] = [Math.max(1, Math.floor(least / 60)), Math.ceil(most / 60)];
  if (to <= 1) return words("underMinute");
  return words("minutes", { n: from === to ? String(to) : `${from}–${to}` });
};

/** One line of a message, for badges, previews and screen readers. */
export const excerpt = ({ content }: Message, language: Language, words: Say): string => {
  switch (content.type) {
    case "text":
    case "buttons":
      return content.text;
    case "press":
    case "card":
      return content.title;
    case "event":
      return (language === "en" ? content.text.en : content.text[language]) ?? content.text.zh;
    case "location":
      return `[${words("location")}] ${content.label}`;
    default:
      return `[${words(content.type)}] ${content.name}`;
  }
};
