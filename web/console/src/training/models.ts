/** The bot's models as a page follows them: what is under way goes on by itself, and its end is told. */
import { useDialog, useMessage } from "naive-ui";
import { computed, onMounted, onUnmounted, ref, shallowRef, watch } from "vue";
import { useI18n } from "vue-i18n";

import { type ModelList, models, type Release, type Training } from "../api/models";
import { explain } from "../app/errors";
import { useSession } from "../stores/session";
import { backTo, isTraining, shortName, underWay } from "./releases";

const LOOK_MS = 2_000;
/** Colleagues may begin something as well. */
const SELDOM_MS = 15_000;

export function useModels() {
  const { t } = useI18n();
  const toast = useMessage();
  const dialogs = useDialog();
  const session = useSession();
  const list = shallowRef<ModelList | null>(null);
  const error = shallowRef<unknown>(null);
  const busy = ref(false);
  const running = computed(() => (list.value ? underWay(list.value) : null));
  const earlier = computed(() => (list.value ? backTo(list.value) : null));
  const training = computed(() => (isTraining(list.value) ? list.value!.training : null));
  let look = 0;
  let gone = false;

  async function load(): Promise<void> {
    window.clearTimeout(look);
    const before = { release: running.value, training: training.value };
    try {
      list.value = await models.list();
      error.value = null;
    } catch (problem) {
      error.value = problem;
    }
    if (gone) return;
    if (before.release && !running.value)
      tellRelease(list.value?.history.find(({ id }) => id === before.release!.id));
    if (before.training && !training.value) tellTraining(list.value?.training);
    look = window.setTimeout(() => void load(), running.value || training.value ? LOOK_MS : SELDOM_MS);
  }

  function tellRelease(ended: Release | undefined): void {
    if (ended?.state === "live") toast.success(t("training.released", { name: shortName(ended.model) }));
    else if (ended) toast.error(t("training.releaseFailed", { name: shortName(ended.model) }));
  }

  function tellTraining(ended: Training | null | undefined): void {
    if (ended?.state === "done")
      toast.success(t(ended.asked_by ? "training.trainedNow" : "training.caughtUp"));
    else if (ended?.state === "failed") toast.error(t("training.trainFailed"));
  }

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    try {
      await work();
    } catch (problem) {
      toast.error(explain(problem));
    } finally {
      await load();
      busy.value = false;
    }
  }

  function ask(title: string, work: () => Promise<Release>): void {
    dialogs.warning({
      title,
      content: t("training.releaseText"),
      positiveText: t("training.release"),
      negativeText: t("common.cancel"),
      onPositiveClick: () => attempt(work),
    });
  }

  // The service says so when something gets on.
  watch(
    () => session.bot,
    () => void load(),
  );
  onMounted(load);
  onUnmounted(() => {
    gone = true;
    window.clearTimeout(look);
  });

  return {
    list,
    error,
    busy,
    running,
    earlier,
    training,
    load,
    release: (name: string) =>
      ask(t("training.releaseTitle", { name: shortName(name) }), () => models.release(name)),
    goBack: () => ask(t("training.rollbackTitle", { name: shortName(earlier.value ?? "") }), models.rollback),
    train: () => attempt(models.train),
    cancelTraining: () => attempt(models.cancelTraining),
  };
}

export type Models = ReturnType<typeof useModels>;
