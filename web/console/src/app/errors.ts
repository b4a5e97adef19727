/** What to tell a person about a failed call. */
import { ApiError } from "../api/client";
import { i18n, t } from "../i18n";

/** The service's own sentence when it has one, ours for the rest. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.generic", { code: String(error) });
  if (error.status === 0) return t("error.network");
  if (error.message) return error.message;
  return explainCode(error.code, error.status);
}

export function explainCode(code: string, status = 0): string {
  const key = `error.${code}`;
  if (i18n.global.te(key)) return t(key);
  if (status >= 500) return t("error.server");
  return t("error.generic", { code });
}
