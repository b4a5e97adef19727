import { createPinia } from "pinia";
import { createApp } from "vue";

import { whenUnauthorised } from "./api/client";
import App from "./App.vue";
import { i18n } from "./i18n";
import { router } from "./router";
import { useSession } from "./stores/session";
import "./theme/tokens.css";
import "./theme/base.css";

/** After an update the pages of the old version are gone: load the new one, but never in a circle. */
const RELOAD_KEY = "keting.reloaded_at";
const RELOAD_GAP_MS = 60_000;
window.addEventListener("vite:preloadError", (event) => {
  if (Date.now() - Number(sessionStorage.getItem(RELOAD_KEY) ?? 0) < RELOAD_GAP_MS) return;
  sessionStorage.setItem(RELOAD_KEY, String(Date.now()));
  event.preventDefault();
  location.reload();
});

const app = createApp(App);
app.use(createPinia());
app.use(i18n);
whenUnauthorised(() => useSession().expire());
app.use(router);
app.mount("#app");
