import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";

import type { AuditEntry } from "../src/api/types";
import { i18n, messages } from "../src/i18n";
import { actorOf, detailsOf, objectOf, verbOf } from "../src/settings/audit";

const ROOT = join(__dirname, "../../..");

function python(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return python(path);
    return entry.name.endsWith(".py") ? [readFileSync(join(ROOT, path), "utf8")] : [];
  });
}

const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  at: "2026-01-05T09:00:00Z",
  actor: { id: "a", name: "陈静" },
  verb: "group.created",
  object: "group:0190a1b2-0000-7000-8000-00000012abcd",
  data: {},
  ...more,
});

describe("the audit log", () => {
  beforeEach(() => void (i18n.global.locale.value = "zh"));

  it("has words for everything that the service records", () => {
    const source = ["api", "core", "handoff", "tickets"].flatMap(python).join("\n");
    const calls = source.matchAll(/(?:\baudit|_enter)\(\s*[^"]*?"([a-z_]+\.[a-z_]+)"/g);
    const verbs = new Set([...calls].map((found) => found[1]!.replace(".", "_")));
    expect(verbs.size).toBeGreaterThan(20);
    for (const language of ["zh", "en"] as const) {
      const known = messages[language].auditVerb as Record<string, string>;
      expect([...verbs].filter((verb) => !known[verb])).toEqual([]);
    }
  });

  it("says what was done to what in words", () => {
    const made = entry({ data: { slug: "sales", familiar_first: true, name: { zh: "销售", en: "Sales" } } });
    expect([verbOf(made), objectOf(made)]).toEqual(["添加小组", "小组 …12abcd"]);
    expect(detailsOf(made)).toBe("标识：sales · 熟客优先：是 · 名称：销售");
    const changed = entry({
      verb: "agent.changed",
      object: "agent:x",
      about: "林越",
      data: { changed: ["role"] },
    });
    expect([objectOf(changed), detailsOf(changed)]).toEqual(["人员 林越", "修改了：角色"]);
    i18n.global.locale.value = "en";
    const closed = entry({ verb: "conversation.closed", data: { reason: "solved" }, actor: "system:cli" });
    expect([verbOf(closed), detailsOf(closed)]).toEqual(["Closed a conversation", "reason: Solved"]);
    expect(actorOf(closed)).toBe("Command line");
  });

  it("keeps the raw name of what is newer than this console", () => {
    expect(verbOf(entry({ verb: "robot.danced" }))).toBe("robot danced");
  });
});
