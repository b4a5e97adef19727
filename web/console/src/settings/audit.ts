/** Entries of the audit log in words; what is newer than this console keeps its raw name. */
import type { AuditEntry } from "../api/types";
import { bytes } from "../app/format";
import { intlLanguage, localised, t, word } from "../i18n";

const VERB = "auditVerb";
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;

export const verbOf = ({ verb }: AuditEntry): string => word(VERB, verb.replaceAll(".", "_"));

export function actorOf({ actor }: AuditEntry): string {
  if (actor === null || typeof actor === "object") return actor?.name ?? "";
  if (actor === "system:cli") return t("audit.commandLine");
  return actor.startsWith("system") ? t("audit.system") : actor;
}

/** The kind and whatever names it: a person's name, a ticket's number, or the end of an id. */
export function objectOf({ object, about }: AuditEntry): string {
  const [kind = "", key = ""] = object.split(/:(.*)/s);
  const name =
    about || (kind === "setting" ? word("auditSetting", key) : ID.test(key) ? `…${key.slice(-6)}` : key);
  return `${word("auditObject", kind)} ${name}`.trim();
}

export function detailsOf({ data }: AuditEntry): string {
  return Object.entries(data ?? {})
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => `${word("auditField", key)}${t("audit.colon")}${valueOf(key, value)}`)
    .join(" · ");
}

function valueOf(key: string, value: unknown): string {
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  if (key === "size" && typeof value === "number") return bytes(value, intlLanguage.value);
  if (Array.isArray(value)) return value.map((part) => itemOf(key, part)).join(t("audit.comma"));
  if (key === "name" && typeof value === "object") return localised(value as Record<string, string>);
  return typeof value === "object" ? JSON.stringify(value) : itemOf(key, value);
}

/** Which words a value is of, by the name of its field. */
const WORDS: Record<string, Parameters<typeof word>[0]> = {
  changed: "auditField",
  role: "role",
  value: "availability",
  reason: "closeReason",
  types: "ticketType",
  ticket_type: "ticketType",
  strategy: "strategy",
  to: "articleState",
};

function itemOf(key: string, value: unknown): string {
  const text = String(value);
  const group = WORDS[key];
  if (group) return word(group, text);
  return ID.test(text) ? `…${text.slice(-6)}` : text;
}
