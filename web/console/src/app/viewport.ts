/** Which of the three layouts fits: panes side by side, the side panel as an overlay, or stacked pages. */
import { computed, ref } from "vue";

const width = ref(window.innerWidth);
window.addEventListener("resize", () => (width.value = window.innerWidth));

export const isPhone = computed(() => width.value < 760);
export const isNarrow = computed(() => width.value < 1180);
