import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";

import { i18n } from "../src/i18n";
import KnowledgePanel from "../src/inbox/KnowledgePanel.vue";

vi.mock("naive-ui", async (original) => ({
  ...(await original<Record<string, unknown>>()),
  useMessage: () => ({ success: vi.fn() }),
}));

const hit = {
  id: "a1",
  question: "How long does a refund take?",
  excerpt: "Three days…",
  text: "Three days.\nBy card five.",
  audience: "public",
  fallback: false,
};
let asked: URL[] = [];

async function open(props: { asked: string; canInsert: boolean }) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: "/knowledge/:section?/:id?", name: "knowledge", component: { template: "<p />" } }],
  });
  await router.push("/knowledge");
  const panel = mount(KnowledgePanel, {
    props: { language: "en", ...props },
    global: { plugins: [router, i18n] },
  });
  await vi.runAllTimersAsync();
  await flushPromises();
  return panel;
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  i18n.global.locale.value = "en";
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(new URL(path, "http://x"));
    return Promise.resolve(new Response(JSON.stringify({ items: [hit], good_enough: 0.6 })));
  });
});

describe("the knowledge base beside the composer", () => {
  it("looks up what the visitor asked last, and hands the whole answer over", async () => {
    const panel = await open({ asked: "refund?", canInsert: true });
    expect(asked.map(({ searchParams }) => searchParams.get("q"))).toEqual(["refund?"]);
    await panel.get("li .acts button").trigger("click");
    expect(panel.emitted("insert")).toEqual([[hit.text]]);
  });

  it("asks nothing when there is nothing to look up", async () => {
    await open({ asked: " ", canInsert: true });
    expect(asked).toEqual([]);
  });

  it("offers no insertion where this person may not reply", async () => {
    const panel = await open({ asked: "refund?", canInsert: false });
    expect(panel.text()).toContain(hit.question);
    expect(panel.text()).not.toContain("Insert");
  });

  it("looks up one's own words instead", async () => {
    const panel = await open({ asked: "refund?", canInsert: true });
    await panel.get("input").setValue("invoice");
    await vi.runAllTimersAsync();
    expect(asked.at(-1)?.searchParams.get("q")).toBe("invoice");
  });
});
