/** Problems of a form at the fields that have them: what this page sees, and what the service refused. */
import { computed, type ComputedRef, ref } from "vue";

import { ApiError } from "../api/client";
import { i18n, t } from "../i18n";

export interface Fields {
  /** The problem to show at a field, or nothing. */
  at: (field: string) => string;
  /** True when nothing is wrong; from now on every problem is shown. */
  check: () => boolean;
  /** Puts a refusal at its field; false when it is about none of this form. */
  refuse: (error: unknown) => boolean;
  isBad: ComputedRef<boolean>;
}

interface Refusal {
  field: string;
  text: string;
  /** What the field held then: another text is another matter. */
  value: string;
}

/**
 * `values` are the fields by the names that the service gives them, `problems` what is wrong with them now.
 * `isLive`: problems are shown before anybody tries to save, for what was complete when it was opened.
 */
export function useFields(
  values: () => Record<string, unknown>,
  problems: () => Record<string, string>,
  isLive = false,
): Fields {
  const tried = ref(isLive);
  const refusal = ref<Refusal | null>(null);
  const standing = computed(() => {
    const { value } = refusal;
    return value && JSON.stringify(values()[value.field]) === value.value ? value : null;
  });
  const found = computed(() => Object.entries(problems()).filter(([, text]) => text !== ""));

  return {
    at: (field) =>
      standing.value?.field === field ? standing.value.text : tried.value ? (problems()[field] ?? "") : "",
    check() {
      tried.value = true;
      return found.value.length === 0;
    },
    refuse(error) {
      if (!(error instanceof ApiError) || !error.field) return false;
      const field = fieldOf(error.field, Object.keys(values()));
      if (!field) return false;
      const value = JSON.stringify(values()[field]);
      refusal.value = { field, text: refusalText(error, error.field.slice(field.length)), value };
      return true;
    },
    isBad: computed(() => standing.value !== null || (tried.value && found.value.length > 0)),
  };
}

/** The field of the form that a path such as `greeting.zh` or `origins[2]` lies in. */
export function fieldOf(path: string, known: readonly string[]): string | null {
  const inside = known.filter((name) => path === name || /^[.[]/.test(path.slice(name.length)));
  const found = inside.filter((name) => path.startsWith(name));
  return found.sort((left, right) => right.length - left.length)[0] ?? null;
}

const WORDS: Record<string, string> = {
  required: "fieldRequired",
  too_long: "fieldTooLong",
  too_short: "fieldTooShort",
  out_of_range: "fieldRange",
  invalid: "fieldInvalid",
  bad_choice: "fieldInvalid",
};
const LANGUAGES: Record<string, string> = {
  ".zh": "common.chinese",
  ".zh-Hant": "common.traditional",
  ".en": "common.english",
};

/** The service names a field as programs do; at the field its name is not said again. */
function refusalText(error: ApiError, rest: string): string {
  const key = WORDS[error.code];
  if (!key) return error.message || t("settings.fieldInvalid");
  const language = Object.entries(LANGUAGES).find(([end]) => rest.endsWith(end))?.[1];
  const inLanguage = `settings.${key}In`;
  return language && i18n.global.te(inLanguage)
    ? t(inLanguage, { language: t(language) })
    : t(`settings.${key}`);
}

const NEEDED = [
  ["zh", "common.chinese"],
  ["en", "common.english"],
] as const;

/** What is wrong with a text that is needed in Chinese and in English. */
export function bothWritten(text: { zh?: string; en?: string } | undefined): string {
  const missing = NEEDED.filter(([language]) => !text?.[language]?.trim()).map(([, label]) => t(label));
  return missing.length ? t("settings.fieldRequiredIn", { language: missing.join(t("settings.and")) }) : "";
}

export const written = (text: string): string => (text.trim() ? "" : t("settings.fieldRequired"));
