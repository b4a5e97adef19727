/** The training examples: counts of all of them, and the page of a list that somebody looks at. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { type Example, type ExampleFilter, examples, type Summary } from "../api/examples";

export const useExamples = defineStore("examples", () => {
  const summary = shallowRef<Summary | null>(null);
  const items = shallowRef<Example[]>([]);
  const total = ref(0);
  const loading = ref(false);
  const loaded = ref(false);
  const error = shallowRef<unknown>(null);
  let asked: AbortController | null = null;

  async function loadSummary(): Promise<void> {
    summary.value = await examples.summary();
  }

  /** What a newer question has overtaken is dropped. */
  async function load(filter: ExampleFilter, more = false): Promise<void> {
    if (more && (loading.value || items.value.length >= total.value)) return;
    asked?.abort();
    const mine = (asked = new AbortController());
    loading.value = true;
    try {
      const page = await examples.list(filter, more ? items.value.length : 0, mine.signal);
      const known = new Set(more ? items.value.map(({ id }) => id) : []);
      const fresh = page.items.filter(({ id }) => !known.has(id));
      items.value = more ? [...items.value, ...fresh] : page.items;
      total.value = page.total;
      error.value = null;
      loaded.value = true;
    } catch (problem) {
      if (!mine.signal.aborted) error.value = problem;
    } finally {
      if (asked === mine) loading.value = false;
    }
  }

  /** An example has become another, or is gone: the list keeps its place. */
  function replace(id: string, by: Example | null): void {
    items.value = items.value.flatMap((item) => (item.id !== id ? [item] : by ? [by] : []));
    if (!by) total.value -= 1;
  }

  return { summary, items, total, loading, loaded, error, load, loadSummary, replace };
});
