/** Who is logged in, what the service says about itself, and what this person may see. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { session as calls } from "../api/calls";
import { ApiError, setCsrf } from "../api/client";
import type { Availability, BotStatus, Me, Role, SessionAnswer } from "../api/types";
import { prefs } from "../app/prefs";

export type Area = "inbox" | "tickets" | "board" | "knowledge" | "training" | "settings";

/** Who sees which page; the service decides again on every call. */
const AREAS: Record<Role, readonly Area[]> = {
  agent: ["inbox", "tickets", "board", "knowledge", "settings"],
  staff: ["tickets", "knowledge", "settings"],
  supervisor: ["inbox", "tickets", "board", "knowledge", "training", "settings"],
  trainer: ["knowledge", "training", "board", "settings"],
  admin: ["inbox", "tickets", "board", "knowledge", "training", "settings"],
};

export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  const insecure = ref(false);
  const bot = ref<BotStatus | null>(null);
  const version = ref("");
  /** The service did not answer when it was asked who is logged in. */
  const unreachable = ref(false);
  /** A session that ended while the person was working, as opposed to one that was never there. */
  const expired = ref(false);

  const areas = computed<readonly Area[]>(() => (me.value ? AREAS[me.value.role] : []));
  const isLead = computed(() => me.value?.role === "supervisor" || me.value?.role === "admin");
  const isAdmin = computed(() => me.value?.role === "admin");
  const takesConversations = computed(() => areas.value.includes("inbox"));

  function adopt(answer: SessionAnswer): void {
    me.value = answer.me;
    setCsrf(answer.csrf);
    expired.value = false;
    if (answer.insecure !== undefined) insecure.value = answer.insecure;
    if (answer.bot) bot.value = answer.bot;
    if (answer.version) version.value = answer.version;
  }

  /** False when nobody is logged in, or when the service did not answer. */
  async function load(): Promise<boolean> {
    unreachable.value = false;
    try {
      adopt(await calls.me());
      return true;
    } catch (error) {
      unreachable.value = error instanceof ApiError && error.isPassing;
      return false;
    }
  }

  async function login(username: string, password: string): Promise<void> {
    adopt(await calls.login(username, password));
    // Logging in tells less than `me`: whether the line is secure, and how the bot is.
    await load();
  }

  async function logout(): Promise<void> {
    await calls.logout();
    me.value = null;
    setCsrf("");
  }

  function expire(): void {
    if (me.value) expired.value = true;
    me.value = null;
  }

  /** At once in this browser, and with the account for every other one. */
  async function chooseLanguage(language: "zh" | "en"): Promise<void> {
    prefs.language = language;
    if (me.value) me.value = await calls.update({ language });
  }

  async function setAvailability(availability: Availability): Promise<void> {
    me.value = await calls.availability(availability);
  }

  return {
    me,
    insecure,
    bot,
    version,
    unreachable,
    expired,
    areas,
    isLead,
    isAdmin,
    takesConversations,
    load,
    login,
    logout,
    expire,
    setAvailability,
    chooseLanguage,
  };
});
