/** A list of settings that is loaded, added to, changed and deleted from; the same for people, groups and the rest. */
import { useDialog, useMessage } from "naive-ui";
import { onMounted, ref, shallowRef } from "vue";
import { useI18n } from "vue-i18n";

import { explain } from "../app/errors";

interface Calls<Item, Draft> {
  list(): Promise<{ items: Item[] }>;
  create(draft: Draft): Promise<Item>;
  change(id: string, draft: Partial<Draft>): Promise<Item>;
  remove(id: string): Promise<unknown>;
}

export function useCollection<Item extends { id: string }, Draft>(calls: Calls<Item, Draft>) {
  const { t } = useI18n();
  const toast = useMessage();
  const dialogs = useDialog();
  const items = shallowRef<Item[]>([]);
  const loaded = ref(false);
  const error = shallowRef<unknown>(null);

  async function load(): Promise<void> {
    error.value = null;
    try {
      items.value = (await calls.list()).items;
      loaded.value = true;
    } catch (problem) {
      error.value = problem;
    }
  }

  /** `id` null: a new one. Throws what the service refused; the dialog shows it. */
  async function save(id: string | null, draft: Draft): Promise<void> {
    const saved = id ? await calls.change(id, draft) : await calls.create(draft);
    items.value = id ? items.value.map((item) => (item.id === id ? saved : item)) : [...items.value, saved];
    toast.success(t("common.saved"));
  }

  function askToRemove(item: Item, name: string): void {
    dialogs.warning({
      title: t("settings.deleteTitle", { name }),
      content: t("settings.deleteText"),
      positiveText: t("common.remove"),
      negativeText: t("common.cancel"),
      onPositiveClick: async () => {
        try {
          await calls.remove(item.id);
          items.value = items.value.filter((other) => other.id !== item.id);
          toast.success(t("settings.deleted"));
        } catch (problem) {
          toast.error(explain(problem));
        }
      },
    });
  }

  onMounted(load);
  return { items, loaded, error, load, save, askToRemove };
}
