/** Light or dark: the person's choice, or the system's. */
import { computed, ref, watchEffect } from "vue";

import { prefs } from "./prefs";

const query = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = ref(query.matches);
query.addEventListener("change", (event) => (systemIsDark.value = event.matches));

export const isDark = computed(() =>
  prefs.theme === "system" ? systemIsDark.value : prefs.theme === "dark",
);

watchEffect(() => {
  document.documentElement.dataset["theme"] = isDark.value ? "dark" : "light";
});
