/** Choices of this browser, not of the account: kept in local storage, applied at once. */
import { reactive, watch } from "vue";

export type Theme = "system" | "light" | "dark";

interface Prefs {
  theme: Theme;
  /** Null until chosen: the account's language, then the browser's. */
  language: "zh" | "en" | null;
  sound: boolean;
  desktop: boolean;
  /** False: Enter makes a line and Ctrl/Cmd+Enter sends. */
  enterSends: boolean;
  panelOpen: boolean;
}

const KEY = "keting.prefs";
const DEFAULTS: Prefs = {
  theme: "system",
  language: null,
  sound: false,
  desktop: false,
  enterSends: true,
  panelOpen: true,
};

export const prefs = reactive<Prefs>({ ...DEFAULTS, ...stored() });

function stored(): Partial<Prefs> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
  } catch {
    return {};
  }
}

watch(prefs, (value) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // A browser that stores nothing still works; the choice lasts until the page closes.
  }
});
