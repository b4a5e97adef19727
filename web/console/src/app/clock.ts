/** One ticking "now" for all waiting times on the page. */
import { ref } from "vue";

export const now = ref(Date.now());
setInterval(() => (now.value = Date.now()), 1000);

/** For what shows no seconds: a hundred rows need not be drawn again each second. */
export const coarseNow = ref(Date.now());
setInterval(() => (coarseNow.value = Date.now()), 30_000);
