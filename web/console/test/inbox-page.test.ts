import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter, type Router } from "vue-router";

import type { Me, Message, Summary } from "../src/api/types";
import { i18n } from "../src/i18n";
import InboxPage from "../src/inbox/InboxPage.vue";
import SidePanel from "../src/inbox/SidePanel.vue";
import { useConversations } from "../src/stores/conversations";
import { useLine } from "../src/stores/line";
import { useSession } from "../src/stores/session";
import { useTranscripts } from "../src/stores/transcripts";

const told = vi.hoisted(() => ({ info: vi.fn(), success: vi.fn(), error: vi.fn() }));
vi.mock("naive-ui", async (original) => ({
  ...(await original<Record<string, unknown>>()),
  useMessage: () => told,
}));
vi.mock("../src/live/timers", () => ({
  workerTimers: () => ({ setTimer: () => 0, clearTimer: () => undefined }),
}));

const summary = {
  id: "c1",
  state: "agent",
  version: 3,
  visitor: { id: "v1", name: "Visitor D505", language: "en" },
  agent: { id: "me", name: "Emily" },
  unread: 0,
  last: null,
} as unknown as Summary;
const detail = { conversation: summary, visitor: { conversations: [] }, packet: null, may: {} };
const messageOf = (position: number): Message =>
  ({
    id: `m${position}`,
    conversation_id: "c1",
    position,
    author: { kind: "visitor" },
  }) as unknown as Message;

let details = 0;
/** What the service says of c1, or that there is none for this person. */
let shown: typeof detail | null = detail;

async function open(): Promise<{ router: Router; page: ReturnType<typeof mount> }> {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: "/inbox/:id?", name: "inbox", component: InboxPage }],
  });
  await router.push("/inbox/c1?view=queue");
  const page = mount(InboxPage, { shallow: true, global: { plugins: [router, i18n] } });
  await flushPromises();
  return { router, page };
}

beforeEach(() => {
  vi.clearAllMocks();
  details = 0;
  shown = detail;
  setActivePinia(createPinia());
  i18n.global.locale.value = "en";
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("fetch", (path: string) => {
    const isDetail = path.endsWith("/conversations/c1");
    if (isDetail) details += 1;
    const lists = { items: [], next: "more", counts: { mine: 0, queue: 0, all: 0 } };
    const found = isDetail
      ? shown
      : path.includes("/c1/messages")
        ? shown && { messages: [messageOf(1)], has_more: false }
        : lists;
    const answer = JSON.stringify(found ?? { error: "not_found", message: "Not found." });
    return Promise.resolve(new Response(answer, { status: found ? 200 : 404 }));
  });
  useSession().me = { id: "me", role: "agent", groups: [] } as unknown as Me;
});

describe("the inbox with a conversation open", () => {
  it("leaves one that is not this person's to see, and says so instead of showing failures", async () => {
    shown = null;
    const { router, page } = await open();
    expect(router.currentRoute.value.fullPath).toBe("/inbox?view=queue");
    expect(page.findComponent(SidePanel).exists()).toBe(false);
    expect(told.info).toHaveBeenCalledWith(
      "This conversation does not exist, or is no longer yours to see.",
      expect.anything(),
    );
    page.unmount();
  });

  it("leaves one that was passed on, and says to whom", async () => {
    const { router, page } = await open();
    expect(router.currentRoute.value.params["id"]).toBe("c1");
    shown = null;
    useConversations().put({ ...summary, version: 4, agent: { id: "wang", name: "Wang" } });
    await useTranscripts()
      .refreshDetail("c1")
      .catch(() => undefined);
    await flushPromises();
    expect(router.currentRoute.value.params["id"]).toBe("");
    expect(told.info).toHaveBeenCalledWith("Visitor D505 now is with Wang", expect.anything());
    expect(useTranscripts().of("c1")).toBeUndefined();
    page.unmount();
  });

  it("asks for the panel again after news, once for a burst of them", async () => {
    const { page } = await open();
    expect(details).toBe(1);
    vi.useFakeTimers();
    for (const position of [2, 3, 4]) {
      useTranscripts().add(messageOf(position));
      await page.vm.$nextTick();
    }
    useLine().ticketTick += 1;
    await page.vm.$nextTick();
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    expect(details).toBe(2);
    page.unmount();
  });
});
