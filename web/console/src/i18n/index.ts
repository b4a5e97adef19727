/** Words in the person's language; the browser's choice wins over the account's. */
import { createI18n } from "vue-i18n";
import { computed, watch } from "vue";

import { setRequestLanguage } from "../api/client";
import type { Language, Localised } from "../api/types";
import { prefs } from "../app/prefs";
import { knowledge as enKnowledge } from "./en/knowledge";
import { pages as enPages } from "./en/pages";
import { training as enTraining } from "./en/training";
import { words as enWords } from "./en/words";
import { knowledge as zhKnowledge } from "./zh/knowledge";
import { pages as zhPages } from "./zh/pages";
import { training as zhTraining } from "./zh/training";
import { words as zhWords } from "./zh/words";

export const messages = {
  en: { ...enWords, ...enPages, knowledge: enKnowledge, training: enTraining },
  zh: { ...zhWords, ...zhPages, knowledge: zhKnowledge, training: zhTraining },
};
export type ConsoleLanguage = keyof typeof messages;

const browserLanguage: ConsoleLanguage = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

export const i18n = createI18n({
  legacy: false,
  locale: prefs.language ?? browserLanguage,
  fallbackLocale: "en",
  messages,
  // Chinese has no plural forms; both catalogues use "none | one | many".
  pluralRules: { zh: (count) => Math.min(count, 2) },
});

const { t, te, locale } = i18n.global;

export { t };
export const language = computed<ConsoleLanguage>(() => locale.value);
/** For Intl: English with day before month, as most of the world writes it. */
export const intlLanguage = computed(() => (locale.value === "zh" ? "zh-CN" : "en-GB"));

watch(
  () => prefs.language,
  (chosen) => chosen && (locale.value = chosen),
);
watch(
  locale,
  (code) => {
    setRequestLanguage(code);
    document.documentElement.lang = code === "zh" ? "zh-CN" : "en";
  },
  { immediate: true },
);

/** The account's language counts until this browser has a choice of its own; without either, the browser's. */
export function adoptLanguage(code: Language | null): void {
  if (!prefs.language) locale.value = code ? (code.startsWith("zh") ? "zh" : "en") : browserLanguage;
}

/** A word of the domain, or the raw name when it is newer than this console. */
export function word(group: keyof typeof enWords, name: string | null | undefined): string {
  if (!name) return "";
  const key = `${group}.${name}`;
  return te(key) ? t(key) : name.replaceAll("_", " ");
}

/** A text that exists in several languages, in the console's or the nearest one. */
export function localised(text: Localised | null | undefined): string {
  if (!text) return "";
  if (locale.value === "zh") return text.zh || text["zh-Hant"] || text.en || "";
  return text.en || text.zh || text["zh-Hant"] || "";
}
