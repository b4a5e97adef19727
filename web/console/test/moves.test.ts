import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { computed } from "vue";

import type { BoardAgent, ConversationDetail, Group, Me, Summary } from "../src/api/types";
import { i18n } from "../src/i18n";
import ConversationRow from "../src/inbox/ConversationRow.vue";
import { isTold, whereTo } from "../src/inbox/moved";
import { canTake, colleagues, dutyOf } from "../src/inbox/targets";
import AvatarDisc from "../src/shell/AvatarDisc.vue";
import TabList from "../src/shell/TabList.vue";
import { useConversations } from "../src/stores/conversations";
import { usePeople } from "../src/stores/people";
import { useSession } from "../src/stores/session";
import { useTranscripts } from "../src/stores/transcripts";

vi.mock("naive-ui", async (original) => ({
  ...(await original<Record<string, unknown>>()),
  useMessage: () => ({ success: vi.fn(), error: vi.fn() }),
  useDialog: () => ({ warning: vi.fn() }),
}));

const summaryOf = (more: Partial<Summary> = {}): Summary => ({
  id: "c1",
  state: "agent",
  version: 3,
  visitor: { id: "v1", name: "Visitor D505", language: "en" },
  channel: "web",
  agent: { id: "me", name: "Emily" },
  group_id: null,
  reason: "asked",
  priority: 0,
  opened_at: "2026-01-05T09:00:00Z",
  waiting_since: null,
  assigned_at: null,
  closed_at: null,
  close_reason: null,
  last: null,
  unread: 0,
  emotion: null,
  intent: null,
  ...more,
});
const all = { reply: true, accept: false, transfer: true, close: true, return_to_bot: true };
const agentOf = (id: string, more: Partial<BoardAgent> = {}): BoardAgent => ({
  id,
  name: id,
  avatar: null,
  role: "agent",
  availability: "online",
  live: true,
  open: 0,
  capacity: 5,
  groups: [],
  ...more,
});
/** Answers of the service by path; what is not there is not found. */
function serve(answers: Record<string, unknown>): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    const call = `${init.method} ${path.replace("/api/console/v1", "")}`;
    asked.push(`${call} ${typeof init.body === "string" ? init.body : ""}`.trim());
    const found = Object.entries(answers).find(([start]) => call.startsWith(start));
    const body = found ? found[1] : { error: "not_found", message: "Not found." };
    return Promise.resolve(new Response(JSON.stringify(body), { status: found ? 200 : 404 }));
  });
  return asked;
}

beforeEach(() => {
  setActivePinia(createPinia());
  i18n.global.locale.value = "en";
  useSession().me = { id: "me", role: "agent", language: null } as Me;
});

describe("a conversation that leaves one's hands", () => {
  it("offers nothing any more, although what the service said last allowed it", async () => {
    const { useActions } = await import("../src/inbox/actions");
    const detail = computed(() => ({ may: all }) as ConversationDetail);
    const can = (more: Partial<Summary>): unknown => {
      let found: unknown;
      const setup = (): (() => null) => {
        found = useActions(
          () => "c1",
          computed(() => summaryOf(more)),
          detail,
        ).can.value;
        return () => null;
      };
      mount({ setup }, { global: { plugins: [i18n] } });
      return found;
    };
    expect(can({})).toMatchObject({ transfer: true, close: true, returnToBot: true });
    for (const gone of [
      { agent: { id: "wang", name: "Wang" } },
      { state: "waiting", agent: null },
      { state: "bot", agent: null },
      { state: "closed" },
    ] as Partial<Summary>[]) {
      expect(can(gone)).toMatchObject({ transfer: false, close: false, returnToBot: false });
    }
  });

  it("is forgotten when it is no longer to be seen, and no late answer brings it back", async () => {
    serve({});
    const transcripts = useTranscripts();
    await transcripts.open("c1").catch(() => undefined);
    expect(transcripts.of("c1")?.detailError).toMatchObject({ status: 404 });
    const late = transcripts.refreshDetail("c1").catch(() => undefined);
    transcripts.forget("c1");
    await late;
    expect(transcripts.of("c1")).toBeUndefined();
  });

  it("says where it went, once", () => {
    usePeople().groups = [{ id: "g", name: { zh: "售后", en: "After-sales" } } as Group];
    expect(whereTo(summaryOf({ agent: { id: "w", name: "Wang" } }))).toBe("Visitor D505 now is with Wang");
    expect(whereTo(summaryOf({ state: "waiting", agent: null, group_id: "g" }))).toBe(
      "Visitor D505 now waits for After-sales",
    );
    expect(whereTo(summaryOf({ state: "waiting", agent: null }))).toBe("Visitor D505 is back in the queue");
    expect([isTold(summaryOf()), isTold(summaryOf()), isTold(summaryOf({ version: 4 }))]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe("whom to pass it on to", () => {
  it("is anybody but oneself, who is there first", () => {
    const agents = [
      agentOf("gone", { live: false }),
      agentOf("me"),
      agentOf("away", { availability: "away" }),
      agentOf("busy", { open: 4 }),
      agentOf("free"),
    ];
    expect(colleagues(agents, "me").map(({ id }) => id)).toEqual(["free", "busy", "away", "gone"]);
  });

  it("cannot be who is full or not there", () => {
    expect(canTake(agentOf("a", { availability: "offline" }))).toBe(true);
    expect(canTake(agentOf("a", { live: false }))).toBe(false);
    expect(canTake(agentOf("a", { open: 5 }))).toBe(false);
  });

  it("counts of a group who is on duty besides oneself", () => {
    const group = { id: "g" } as Group;
    const of = (id: string, more: Partial<BoardAgent> = {}): BoardAgent =>
      agentOf(id, { groups: ["g"], ...more });
    expect(dutyOf(group, [of("me"), of("a"), agentOf("b")], "me")).toEqual({ others: 1, isMine: true });
    const absent = [of("me"), of("a", { live: false }), of("b", { availability: "away" })];
    expect(dutyOf(group, absent, "me")).toEqual({ others: 0, isMine: true });
  });
});

describe("a row of the list", () => {
  const textOf = (more: Partial<Summary>): string =>
    mount(ConversationRow, {
      props: { summary: summaryOf(more), view: "closed", isCurrent: false },
      global: { plugins: [i18n] },
    }).text();

  it("says of what is over who served it and how it ended", () => {
    const over = { state: "closed", agent: { id: "lin", name: "Lin" }, close_reason: "solved" } as const;
    expect(textOf(over)).toContain("Served by Lin · Solved");
    i18n.global.locale.value = "zh";
    expect(textOf(over)).toContain("由 Lin 接待 · 已解决");
    expect(textOf(over)).not.toContain("接待中");
  });

  it("says why it is here while nobody has said anything, once", () => {
    expect(textOf({ state: "waiting", agent: null }).match(/Asked for a person/g)).toHaveLength(1);
    i18n.global.locale.value = "zh";
    expect(textOf({ state: "waiting", agent: null }).match(/要求人工/g)).toHaveLength(1);
  });
});

describe("the numbers of the tabs", () => {
  it("are asked for again after something moved, once for a burst", async () => {
    vi.useFakeTimers();
    const asked = serve({
      "GET /conversations": { items: [], next: null, counts: { mine: 0, queue: 2, all: 7 } },
    });
    const conversations = useConversations();
    for (let n = 0; n < 5; n += 1) conversations.recount();
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    await flushPromises();
    expect(asked).toHaveLength(1);
    expect(conversations.shownCounts.all).toBe(7);
  });
});

describe("the language", () => {
  it("chosen in the menu goes with the account", async () => {
    const asked = serve({ "PATCH /me": { id: "me", language: "zh" } });
    await useSession().chooseLanguage("zh");
    expect(asked).toEqual(['PATCH /me {"language":"zh"}']);
    expect(useSession().me?.language).toBe("zh");
    expect(i18n.global.locale.value).toBe("zh");
  });

  it("does not change the colour of a face", () => {
    const colour = (name: string): string =>
      mount(AvatarDisc, { props: { name, seed: "0190-d505", kind: "visitor" } }).attributes("style")!;
    expect(colour("访客 D505")).toBe(colour("Visitor D505"));
  });
});

describe("tabs", () => {
  it("are one stop for the keyboard, and arrows go round", async () => {
    const keys = ["packet", "visitor", "history"] as const;
    const list = mount(TabList, {
      props: {
        tabs: keys.map((key) => ({ key, label: key })),
        label: "Details",
        prefix: "p",
        modelValue: "packet",
        "onUpdate:modelValue": (modelValue: string) => list.setProps({ modelValue }),
      },
      attachTo: document.body,
    });
    const chosen = (): string => list.get('[aria-selected="true"]').text();
    expect(list.get('[role="tablist"]').attributes("aria-label")).toBe("Details");
    expect(list.findAll('[tabindex="0"]')).toHaveLength(1);
    for (const [key, expected] of [
      ["ArrowLeft", "history"],
      ["ArrowRight", "packet"],
      ["End", "history"],
      ["Home", "packet"],
      ["ArrowRight", "visitor"],
    ] as const) {
      await list.get('[role="tablist"]').trigger("keydown", { key });
      expect(chosen()).toBe(expected);
      expect(document.activeElement?.textContent?.trim()).toBe(expected);
    }
    expect(list.get('[aria-selected="true"]').attributes("aria-controls")).toBe("p-panel");
    list.unmount();
  });
});
