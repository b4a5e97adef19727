/** One document of settings: loaded, edited in place, saved as a whole. */
import { useMessage } from "naive-ui";
import { computed, onBeforeUnmount, onMounted, ref, type Ref, shallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { onBeforeRouteLeave, onBeforeRouteUpdate } from "vue-router";

import { explain } from "../app/errors";

/** `refuse`: puts a refusal where it belongs, true when it did. */
export function useDocument<T>(
  read: () => Promise<T>,
  write: (value: T) => Promise<T>,
  refuse: (error: unknown) => boolean = () => false,
) {
  const { t } = useI18n();
  const toast = useMessage();
  const value = ref(null) as Ref<T | null>;
  const saved = ref("");
  const loaded = ref(false);
  const busy = ref(false);
  const error = shallowRef<unknown>(null);
  const isChanged = computed(() => value.value !== null && JSON.stringify(value.value) !== saved.value);

  function adopt(next: T): void {
    value.value = next;
    saved.value = JSON.stringify(next);
  }

  async function load(): Promise<void> {
    error.value = null;
    try {
      adopt(await read());
      loaded.value = true;
    } catch (problem) {
      error.value = problem;
    }
  }

  async function save(): Promise<void> {
    if (value.value === null) return;
    busy.value = true;
    try {
      adopt(await write(value.value));
      toast.success(t("common.saved"));
    } catch (problem) {
      if (!refuse(problem)) toast.error(explain(problem));
    } finally {
      busy.value = false;
    }
  }

  const mayLeave = (): boolean => !isChanged.value || window.confirm(t("common.leaveUnsaved"));
  const onUnload = (event: BeforeUnloadEvent): void => {
    if (isChanged.value) event.preventDefault();
  };
  onBeforeRouteLeave(mayLeave);
  onBeforeRouteUpdate(mayLeave);
  onMounted(() => {
    window.addEventListener("beforeunload", onUnload);
    void load();
  });
  onBeforeUnmount(() => window.removeEventListener("beforeunload", onUnload));

  return { value, loaded, error, busy, isChanged, load, save };
}
