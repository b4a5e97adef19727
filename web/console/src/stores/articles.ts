/** The knowledge base as the editor's lists need it: articles as filtered, categories, tags. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import {
  type ArticleFilter,
  type ArticleSummary,
  articles as calls,
  categories as categoryCalls,
  type Category,
} from "../api/knowledge";
import { USUAL_STATES } from "../knowledge/listing";

const PAGE = 50;
const WHOLE_PAGE = 200;
/** An order of its own needs all that fits: so many are fetched for it. */
const MOST_SORTED = 2_000;

export const useArticles = defineStore("articles", () => {
  const items = shallowRef<ArticleSummary[]>([]);
  const next = ref<string | null>(null);
  const counts = ref<Record<string, number>>({});
  const tags = shallowRef<string[]>([]);
  const categories = shallowRef<Category[]>([]);
  const loading = ref(false);
  const loaded = ref(false);
  const error = shallowRef<unknown>(null);
  let request: AbortController | null = null;

  /** `isWhole`: everything that fits, because the order is not the service's. */
  async function load(filter: ArticleFilter, isWhole = false, more = false): Promise<void> {
    if (more && (!next.value || loading.value)) return;
    request?.abort();
    const mine = new AbortController();
    request = mine;
    loading.value = true;
    error.value = null;
    try {
      const asked = { ...filter, state: filter.state ?? USUAL_STATES };
      let found = more ? [...items.value] : [];
      let cursor = more ? next.value : null;
      do {
        const page = await calls.list(asked, cursor, isWhole ? WHOLE_PAGE : PAGE, mine.signal);
        const known = new Set(found.map(({ id }) => id));
        found = [...found, ...page.items.filter(({ id }) => !known.has(id))];
        cursor = page.next;
        counts.value = page.counts;
        tags.value = page.tags;
      } while (isWhole && cursor && found.length < MOST_SORTED);
      items.value = found;
      next.value = cursor;
      loaded.value = true;
    } catch (problem) {
      if (!mine.signal.aborted) error.value = problem;
    } finally {
      if (request === mine) loading.value = false;
    }
  }

  async function loadCategories(): Promise<void> {
    categories.value = (await categoryCalls.list()).items;
  }

  /** Top level first, each with what is below it: the order in which people read them. */
  const tree = computed(() =>
    categories.value
      .filter(({ parent_id }) => parent_id === null)
      .map((top) => ({ top, below: categories.value.filter(({ parent_id }) => parent_id === top.id) })),
  );

  return { items, next, counts, tags, categories, tree, loading, loaded, error, load, loadCategories };
});
