/** Asks before what was written and not saved is left. */
import { onBeforeUnmount, onMounted } from "vue";
import { useI18n } from "vue-i18n";
import { onBeforeRouteLeave, onBeforeRouteUpdate } from "vue-router";

/** `isLost`: with the section; `isListed`: also when another list is shown. */
export function useGuard(isLost: () => boolean, isListed: () => boolean): void {
  const { t } = useI18n();
  const ask = (isChanged: boolean): boolean => !isChanged || window.confirm(t("common.leaveUnsaved"));
  const onUnload = (event: BeforeUnloadEvent): void => {
    if (isLost()) event.preventDefault();
  };
  onBeforeRouteLeave(() => ask(isLost()));
  onBeforeRouteUpdate((to, from) =>
    ask(to.params["section"] === from.params["section"] ? isListed() : isLost()),
  );
  onMounted(() => window.addEventListener("beforeunload", onUnload));
  onBeforeUnmount(() => window.removeEventListener("beforeunload", onUnload));
}
