import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";

import type { Refusal, Summary, Words } from "../src/api/examples";
import { i18n } from "../src/i18n";
import { useExamples } from "../src/stores/examples";
import AddExamples from "../src/training/AddExamples.vue";

const told = vi.hoisted(() => ({ info: vi.fn(), success: vi.fn(), error: vi.fn() }));
vi.mock("naive-ui", async (original) => ({
  ...(await original<Record<string, unknown>>()),
  useMessage: () => told,
}));

const emotions = { neutral: 0, happy: 0, anxious: 0, disappointed: 0, angry: 0 };
const summary: Summary = {
  total: 1,
  intents: [{ name: "greet", count: 1, zh: 1, zh_hant: 0, en: 0, emotions, lacks: [] }],
  emotions: [],
  entities: ["product"],
  files: [],
  writable: true,
  folder: "data",
};

/** What was sent, and what a linter that knows one sentence says of it. */
let sent: Words[][] = [];
const KNOWN = "你好";

function serve(words: Words[]): [number, unknown] {
  const refused = words.flatMap(({ text }, index): Partial<Refusal>[] =>
    text === KNOWN
      ? [{ index, field: "text", kind: "same", what: "repeats", fix: "delete one", other: null }]
      : [],
  );
  if (refused.length) return [422, { error: "examples_refused", message: "faults", refused }];
  return [201, { saved: words.map((one, id) => ({ ...one, id: String(id) })) }];
}

function open(props: Record<string, unknown> = {}) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: "/:section?", name: "training", component: { render: () => null } }],
  });
  return mount(AddExamples, {
    props: { intent: "greet", entities: ["product"], ...props },
    global: { plugins: [router, i18n] },
    attachTo: document.body,
  });
}

beforeEach(() => {
  vi.clearAllMocks();
  sent = [];
  setActivePinia(createPinia());
  i18n.global.locale.value = "en";
  useExamples().summary = summary;
  vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
    const { examples } = JSON.parse(String(init.body)) as { examples: Words[] };
    sent.push(examples);
    const [status, body] = serve(examples);
    return new Response(JSON.stringify(body), { status });
  });
});

const fields = (form: ReturnType<typeof open>) => form.findAll("textarea");

function paste(field: Element, text: string): void {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: () => text } });
  field.dispatchEvent(event);
}

describe("new examples", () => {
  it("that are pasted as lines are one each and are saved together", async () => {
    const form = open();
    paste(fields(form)[0]!.element, "- 早上好\n- good day\n");
    await flushPromises();
    expect(fields(form).map(({ element }) => element.value)).toEqual(["早上好", "good day"]);
    await form.find("form").trigger("submit");
    await flushPromises();
    expect(sent).toEqual([
      [
        { text: "早上好", emotion: "neutral", intent: "greet" },
        { text: "good day", emotion: "neutral", intent: "greet" },
      ],
    ]);
    expect(form.emitted("saved")).toHaveLength(1);
    expect(fields(form).map(({ element }) => element.value)).toEqual([""]);
  });

  it("show a fault at the line that has it, empty lines not counted, and keep what was written", async () => {
    const form = open();
    paste(fields(form)[0]!.element, `早上好\n${KNOWN}`);
    await flushPromises();
    await fields(form)[0]!.setValue("");
    await form.find("form").trigger("submit");
    await flushPromises();
    const rows = form.findAll("ol > li");
    expect(rows.map((row) => row.find("[role=alert]").exists())).toEqual([false, true]);
    expect(rows[1]!.text()).toContain("repeats");
    expect(fields(form)[1]!.attributes("aria-invalid")).toBe("true");
    expect(fields(form)[1]!.element.value).toBe(KNOWN);
    expect(form.emitted("saved")).toBeUndefined();
  });

  it("are not there before anybody has written something else than what was proposed", async () => {
    const form = open({ text: "[耳机](product)坏了", emotion: "angry" });
    expect(form.emitted("changed")).toBeUndefined();
    await fields(form)[0]!.setValue("[耳机](product)坏了！");
    expect(form.emitted("changed")).toEqual([[true]]);
    await form.find("form").trigger("submit");
    await flushPromises();
    expect(sent[0]).toEqual([{ text: "[耳机](product)坏了！", emotion: "angry", intent: "greet" }]);
  });

  it("begin another line with Enter and take an empty one back with Backspace", async () => {
    const form = open();
    await fields(form)[0]!.setValue("早上好");
    await fields(form)[0]!.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(fields(form)).toHaveLength(2);
    expect(document.activeElement).toBe(fields(form)[1]!.element);
    await fields(form)[1]!.trigger("keydown", { key: "Backspace" });
    await flushPromises();
    expect(fields(form)).toHaveLength(1);
    expect(document.activeElement).toBe(fields(form)[0]!.element);
  });

  it("get a mark on what is selected", async () => {
    const form = open({ text: "退掉耳机" });
    const field = fields(form)[0]!;
    field.element.setSelectionRange(2, 4);
    await field.trigger("select");
    await form.find("select").setValue("product");
    expect(field.element.value).toBe("退掉[耳机](product)");
    expect(form.find("mark").text()).toContain("耳机");
  });
});
