/** The lists of the inbox: one store of summaries, four views over it, kept fresh by the socket. */
import { defineStore } from "pinia";
import { computed, reactive, ref, shallowReactive } from "vue";

import { conversations as calls } from "../api/calls";
import type { ListView, QueueItem, Summary } from "../api/types";
import { useSession } from "./session";

interface ListState {
  ids: string[];
  next: string | null;
  loading: boolean;
  loaded: boolean;
  error: unknown;
}

export const VIEWS: readonly ListView[] = ["mine", "queue", "all", "closed"];
const PAGE = 50;
const RECOUNT_MS = 400;

export const useConversations = defineStore("conversations", () => {
  const session = useSession();
  const byId = shallowReactive(new Map<string, Summary>());
  const queueOrder = ref<string[]>([]);
  const counts = reactive({ mine: 0, queue: 0, all: 0 });
  const filter = reactive({ q: "", channel: null as string | null });
  const lists = reactive<Record<ListView, ListState>>({
    mine: empty(),
    queue: empty(),
    all: empty(),
    closed: empty(),
  });
  const isFiltered = computed(() => filter.q.trim() !== "" || filter.channel !== null);
  const requests = new Map<ListView, AbortController>();

  /** Keeps the newer of two: a slow answer must not undo what the socket has told since. */
  function put(summary: Summary): void {
    const known = byId.get(summary.id);
    if (known && isNewer(known, summary)) return;
    byId.set(summary.id, summary);
  }

  function patch(id: string, change: Partial<Summary>): void {
    const known = byId.get(id);
    if (known) byId.set(id, { ...known, ...change });
  }

  function belongs(view: ListView, summary: Summary): boolean {
    const isMine = summary.state === "agent" && summary.agent?.id === session.me?.id;
    if (view === "mine") return isMine;
    if (view === "queue") return summary.state === "waiting";
    // What has left an agent's hands may still be on the screen, but is no longer in the agent's lists.
    if (view === "all") {
      return summary.state !== "closed" && (session.isLead || isMine || summary.state === "waiting");
    }
    return summary.state === "closed";
  }

  const views = computed<Record<ListView, Summary[]>>(() => {
    const all = [...byId.values()];
    const inView = (view: ListView): Summary[] => {
      const listed = lists[view].ids;
      if (isFiltered.value) return listed.map((id) => byId.get(id)).filter((found) => found !== undefined);
      // Beyond the pages that were loaded, older ones are unknown: showing a stray one would look like an order.
      const found = all.filter((summary) => belongs(view, summary));
      return view === "queue" ? byQueue(found) : found.sort(view === "closed" ? byClosing : byActivity);
    };
    return { mine: inView("mine"), queue: inView("queue"), all: inView("all"), closed: inView("closed") };
  });

  function byQueue(found: Summary[]): Summary[] {
    const order = new Map(queueOrder.value.map((id, index) => [id, index]));
    const rank = (summary: Summary): number => order.get(summary.id) ?? Number.MAX_SAFE_INTEGER;
    return found.sort(
      (left, right) =>
        rank(left) - rank(right) ||
        right.priority - left.priority ||
        (left.waiting_since ?? "").localeCompare(right.waiting_since ?? ""),
    );
  }

  async function load(view: ListView, more = false): Promise<void> {
    const list = lists[view];
    if (more && (!list.next || list.loading)) return;
    requests.get(view)?.abort();
    const request = new AbortController();
    requests.set(view, request);
    list.loading = true;
    list.error = null;
    const before = new Map(byId);
    try {
      const page = await calls.list(
        {
          view,
          q: filter.q.trim(),
          channel: filter.channel ?? "",
          cursor: more ? list.next : null,
          limit: PAGE,
        },
        request.signal,
      );
      page.items.forEach(put);
      if (!more && !page.next && !isFiltered.value) forgetMissing(view, page.items, before);
      list.ids = more
        ? [...list.ids, ...page.items.map((item) => item.id)]
        : page.items.map((item) => item.id);
      list.next = page.next;
      list.loaded = true;
      Object.assign(counts, page.counts);
    } catch (error) {
      if (request.signal.aborted) return;
      list.error = error;
      throw error;
    } finally {
      if (requests.get(view) === request) list.loading = false;
    }
  }

  /** A whole list came: what was in it `before` and is not has moved. What changed meanwhile is newer than the list. */
  function forgetMissing(view: ListView, items: Summary[], before: ReadonlyMap<string, Summary>): void {
    const present = new Set(items.map((item) => item.id));
    for (const [id, summary] of before) {
      if (belongs(view, summary) && !present.has(id) && byId.get(id) === summary) byId.delete(id);
    }
  }

  /** The queue comes whole, so who is not in it has left it. */
  function takeQueue(items: QueueItem[], waiting: number): void {
    const present = new Set(items.map((item) => item.id));
    items.forEach(put);
    queueOrder.value = items.map((item) => item.id);
    if (items.length >= waiting) {
      for (const summary of byId.values()) {
        if (summary.state === "waiting" && !present.has(summary.id)) byId.delete(summary.id);
      }
    }
    counts.queue = waiting;
  }

  /** The numbers of the tabs after something has moved; a burst is one look. */
  let recounting = 0;
  function recount(): void {
    window.clearTimeout(recounting);
    recounting = window.setTimeout(() => {
      calls.list({ view: "mine", limit: 1 }).then(
        (page) => void Object.assign(counts, page.counts),
        () => undefined,
      );
    }, RECOUNT_MS);
  }

  const shownCounts = computed(() => ({
    mine: lists.mine.loaded && !lists.mine.next && !isFiltered.value ? views.value.mine.length : counts.mine,
    queue: counts.queue,
    all: counts.all,
    closed: null,
  }));

  /** How many this person serves, or null while not all of them are known. */
  const serving = computed(() => {
    if (!lists.mine.loaded || lists.mine.next) return null;
    return [...byId.values()].filter((summary) => belongs("mine", summary)).length;
  });

  /** Messages of visitors that wait for this person, for the title and the badge. */
  const unread = computed(() =>
    views.value.mine.reduce((sum, summary) => sum + (summary.unread > 0 ? 1 : 0), 0),
  );

  async function reload(active: ListView): Promise<void> {
    await Promise.all([...new Set<ListView>(["mine", "queue", active])].map((view) => load(view)));
  }

  function reset(): void {
    window.clearTimeout(recounting);
    byId.clear();
    queueOrder.value = [];
    for (const view of VIEWS) lists[view] = empty();
  }

  return {
    byId,
    lists,
    filter,
    isFiltered,
    views,
    shownCounts,
    serving,
    unread,
    put,
    patch,
    load,
    takeQueue,
    recount,
    reload,
    reset,
  };
});

function empty(): ListState {
  return { ids: [], next: null, loading: false, loaded: false, error: null };
}

function isNewer(known: Summary, other: Summary): boolean {
  if (known.version !== other.version) return known.version > other.version;
  return (known.last?.position ?? 0) > (other.last?.position ?? 0);
}

function byActivity(left: Summary, right: Summary): number {
  return activity(right).localeCompare(activity(left));
}

function byClosing(left: Summary, right: Summary): number {
  return (right.closed_at ?? "").localeCompare(left.closed_at ?? "");
}

function activity(summary: Summary): string {
  return summary.last?.at ?? summary.opened_at;
}
