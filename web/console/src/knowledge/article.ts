/** One article being edited: loaded, saved, moved through its life, and what to do when a colleague was faster. */
import { useMessage } from "naive-ui";
import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { onBeforeRouteLeave, onBeforeRouteUpdate } from "vue-router";

import { type Article, articles, type ArticleState } from "../api/knowledge";
import { ApiError } from "../api/client";
import { explain } from "../app/errors";
import { useFields } from "../settings/fields";
import { blankDraft, changesOf, type Draft, draftOf, merged, problemsOf, valuesOf } from "./draft";

/** `id` null: an article that does not exist yet; `created` is told when it does. */
export function useArticle(id: string | null, created: (article: Article) => void) {
  const { t } = useI18n();
  const toast = useMessage();
  const article = shallowRef<Article | null>(null);
  const base = ref<Draft>(blankDraft());
  const draft = ref<Draft>(blankDraft());
  const comment = ref("");
  const loaded = ref(id === null);
  const error = shallowRef<unknown>(null);
  const busy = ref(false);
  /** What a colleague saved while this was being written. */
  const theirs = shallowRef<Article | null>(null);
  const toPublish = ref(false);

  const changes = computed(() => changesOf(base.value, draft.value));
  const isChanged = computed(() => Object.keys(changes.value).length > 0);
  const fields = useFields(
    () => valuesOf(draft.value),
    () => problemsOf(draft.value, toPublish.value),
  );

  function adopt(next: Article): void {
    article.value = next;
    base.value = draftOf(next);
    draft.value = draftOf(next);
    comment.value = "";
    theirs.value = null;
    loaded.value = true;
  }

  async function load(): Promise<void> {
    if (id === null) return;
    error.value = null;
    try {
      adopt(await articles.get(id));
    } catch (problem) {
      error.value = problem;
    }
  }

  /** Runs one change; a refusal goes to its field, an edit of a colleague to the person. False when it failed. */
  async function attempt(work: () => Promise<Article>, told: string): Promise<boolean> {
    busy.value = true;
    try {
      adopt(await work());
      toast.success(told);
      return true;
    } catch (problem) {
      if (problem instanceof ApiError && problem.code === "changed") await meet();
      else if (!fields.refuse(problem)) toast.error(explain(problem));
      return false;
    } finally {
      busy.value = false;
    }
  }

  async function meet(): Promise<void> {
    try {
      const next = await articles.get(article.value!.id);
      if (isChanged.value) return void (theirs.value = next);
      adopt(next);
      toast.warning(t("error.changed"));
    } catch (problem) {
      toast.error(explain(problem));
    }
  }

  async function save(): Promise<boolean> {
    toPublish.value = false;
    if (!fields.check() || !(await store())) return false;
    if (id === null) created(article.value!);
    return true;
  }

  async function store(): Promise<boolean> {
    const note = comment.value.trim() ? { comment: comment.value.trim() } : {};
    const present = article.value;
    if (present)
      return attempt(
        () => articles.change(present.id, present.version, { ...changes.value, ...note }),
        t("common.saved"),
      );
    const { slug, ...rest } = draft.value;
    const made = { ...rest, ...changes.value, ...(slug ? { slug } : {}), ...note };
    return attempt(() => articles.create(made), t("common.saved"));
  }

  /** What is not saved yet is saved first. */
  async function move(to: ArticleState): Promise<boolean> {
    toPublish.value = to === "published";
    if (!fields.check()) return false;
    if ((isChanged.value || !article.value) && !(await store())) return false;
    const { id: key, version } = article.value!;
    const isMoved = await attempt(() => articles.move(key, version, to), t(`knowledge.moved.${to}`));
    if (id === null) created(article.value!);
    return isMoved;
  }

  async function restore(number: number): Promise<boolean> {
    const { id: key, version } = article.value!;
    return attempt(() => articles.restore(key, version, number), t("knowledge.restored", { number }));
  }

  /** What would be saved if mine counts where both have changed the same. */
  const mine = computed(() =>
    theirs.value ? merged(base.value, draft.value, draftOf(theirs.value)) : draft.value,
  );

  /** The next save is made on top of theirs. */
  function keepMine(): void {
    if (!theirs.value) return;
    const kept = mine.value;
    adopt(theirs.value);
    draft.value = kept;
  }

  const mayLeave = (): boolean => !isChanged.value || window.confirm(t("common.leaveUnsaved"));
  const onUnload = (event: BeforeUnloadEvent): void => {
    if (isChanged.value) event.preventDefault();
  };
  onBeforeRouteLeave(mayLeave);
  onBeforeRouteUpdate((to, from) => to.path === from.path || mayLeave());
  onMounted(() => {
    window.addEventListener("beforeunload", onUnload);
    void load();
  });
  onBeforeUnmount(() => window.removeEventListener("beforeunload", onUnload));

  return {
    article,
    draft,
    comment,
    loaded,
    error,
    busy,
    theirs,
    mine,
    isChanged,
    fields,
    load,
    save,
    move,
    restore,
    keepMine,
    takeTheirs: () => theirs.value && adopt(theirs.value),
  };
}
