import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter, RouterView } from "vue-router";
import { defineComponent, h } from "vue";

import type { Article } from "../src/api/knowledge";
import { i18n } from "../src/i18n";
import { useArticle } from "../src/knowledge/article";

const told = vi.hoisted(() => ({ info: vi.fn(), success: vi.fn(), error: vi.fn() }));
vi.mock("naive-ui", async (original) => ({
  ...(await original<Record<string, unknown>>()),
  useMessage: () => told,
}));

const side = (question = "", answer = "") => ({ question, similar: [], answer });
/** The one article of a service that counts versions and moves as the real one does. */
let stored: Article;
let requests: { method: string; path: string; body: Record<string, unknown> }[] = [];

function serve(method: string, path: string, body: Record<string, unknown>): [number, unknown] {
  if (method === "GET") return [200, stored];
  if (path.endsWith("/articles") && method === "POST") {
    stored = { ...stored, ...body, version: 1, state: "draft" } as Article;
    return [201, stored];
  }
  if (body["version"] !== stored.version) return [409, { error: "changed", message: "" }];
  const { version: _version, to, ...change } = body;
  if (change["slug"] === "taken")
    return [409, { error: "slug_taken", field: "slug", message: "This address is taken." }];
  stored = {
    ...stored,
    ...change,
    ...(to ? { state: to } : change["content"] ? { state: "draft" } : {}),
    version: stored.version + 1,
  } as Article;
  return [200, stored];
}

const created = vi.fn();

async function open(id: string | null) {
  let desk!: ReturnType<typeof useArticle>;
  const Page = defineComponent({
    setup: () => {
      desk = useArticle(id, created);
      return () => h("p");
    },
  });
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: "/a", component: Page },
      { path: "/b", component: { render: () => h("p") } },
    ],
  });
  await router.push("/a");
  mount({ render: () => h(RouterView) }, { global: { plugins: [router, i18n] } });
  await flushPromises();
  return { desk, router };
}

beforeEach(() => {
  vi.clearAllMocks();
  requests = [];
  setActivePinia(createPinia());
  i18n.global.locale.value = "en";
  stored = {
    id: "a1",
    slug: "refund",
    version: 3,
    state: "published",
    category: null,
    audience: "public",
    channels: [],
    tags: [],
    valid_from: null,
    valid_until: null,
    content: { zh: side("多久退款", "三天"), en: side(), buttons: [] },
  } as unknown as Article;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body ?? "{}")) as Record<string, unknown>;
    requests.push({ method: init.method!, path, body });
    const [status, answer] = serve(init.method!, path, body);
    return Promise.resolve(new Response(JSON.stringify(answer), { status }));
  });
});

const writes = () => requests.filter(({ method }) => method !== "GET");

describe("editing an article", () => {
  it("saves what is new and nothing else, on the version that was read", async () => {
    const { desk } = await open("a1");
    desk.draft.value.tags = ["退款"];
    expect(desk.isChanged.value).toBe(true);
    expect(await desk.save()).toBe(true);
    expect(writes()).toMatchObject([{ method: "PATCH", body: { version: 3, tags: ["退款"] } }]);
    expect(Object.keys(writes()[0]!.body).sort()).toEqual(["tags", "version"]);
    expect(desk.isChanged.value).toBe(false);
  });

  it("saves first what is published, and publishes the version that this made", async () => {
    const { desk } = await open("a1");
    desk.draft.value.content.zh.answer = "五天";
    expect(await desk.move("published")).toBe(true);
    expect(writes().map(({ method, body }) => [method, body["version"], body["to"]])).toEqual([
      ["PATCH", 3, undefined],
      ["POST", 4, "published"],
    ]);
    expect(desk.article.value?.state).toBe("published");
  });

  it("asks the service for nothing while a field is wrong", async () => {
    const { desk } = await open("a1");
    desk.draft.value.content.zh = { question: "", similar: [], answer: "" };
    expect(await desk.save()).toBe(false);
    expect(desk.fields.at("zh.question")).not.toBe("");
    expect(writes()).toEqual([]);
  });

  it("shows a refusal at its field", async () => {
    const { desk } = await open("a1");
    desk.draft.value.slug = "taken";
    expect(await desk.save()).toBe(false);
    expect(desk.fields.at("slug")).toBe("This address is taken.");
    expect(told.error).not.toHaveBeenCalled();
  });

  it("keeps mine when a colleague was faster, and takes from theirs what I left alone", async () => {
    const { desk } = await open("a1");
    stored = {
      ...stored,
      version: 4,
      tags: ["theirs"],
      content: { ...stored.content, zh: side("多久", "四天") },
    };
    desk.draft.value.content.zh.answer = "五天";
    expect(await desk.save()).toBe(false);
    expect(desk.theirs.value?.version).toBe(4);
    expect(stored.content.zh.answer).toBe("四天");
    desk.keepMine();
    expect([desk.theirs.value, desk.draft.value.tags, desk.draft.value.content.zh.answer]).toEqual([
      null,
      ["theirs"],
      "五天",
    ]);
    expect(await desk.save()).toBe(true);
    expect([stored.version, stored.content.zh.answer, stored.tags]).toEqual([5, "五天", ["theirs"]]);
  });

  it("keeps a colleague's other language and their other parts of mine", async () => {
    const { desk } = await open("a1");
    stored = {
      ...stored,
      version: 4,
      content: { ...stored.content, zh: side("多久到账", "三天"), en: side("How long?", "Three days") },
    };
    desk.draft.value.content.zh.answer = "五天";
    await desk.save();
    expect(desk.mine.value.content.zh).toEqual(side("多久到账", "五天"));
    desk.keepMine();
    await desk.save();
    expect([stored.content.zh, stored.content.en]).toEqual([
      side("多久到账", "五天"),
      side("How long?", "Three days"),
    ]);
  });

  it("takes theirs when that is chosen", async () => {
    const { desk } = await open("a1");
    stored = { ...stored, version: 4, tags: ["theirs"] };
    desk.draft.value.tags = ["mine"];
    await desk.save();
    desk.takeTheirs();
    expect([desk.draft.value.tags, desk.isChanged.value, stored.tags]).toEqual([
      ["theirs"],
      false,
      ["theirs"],
    ]);
  });

  it("makes a new article once, and tells of it when it is published too", async () => {
    const { desk } = await open(null);
    desk.draft.value.content.en = side("How long?", "Three days");
    expect(await desk.move("published")).toBe(true);
    expect(writes().map(({ path }) => path.split("/").slice(-1)[0])).toEqual(["articles", "move"]);
    expect(created).toHaveBeenCalledTimes(1);
  });

  it("is not left with unsaved words unless the person says so", async () => {
    const { desk, router } = await open("a1");
    const confirm = vi.fn(() => false);
    vi.stubGlobal("confirm", confirm);
    desk.draft.value.tags = ["x"];
    await router.push("/b");
    expect(router.currentRoute.value.path).toBe("/a");
    confirm.mockReturnValue(true);
    await router.push("/b");
    expect(router.currentRoute.value.path).toBe("/b");
  });
});
