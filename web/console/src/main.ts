import { createPinia } from "pinia";
import { createApp } from "vue";

import { whenUnauthorised } from "./api/client";
import App from "./App.vue";
import { i18n } from "./i18n";
import { router } from "./router";
import { useSession } from "./stores/session";
import "./theme/tokens.css";
import "./theme/base.css";

const app = createApp(App);
app.use(createPinia());
app.use(i18n);
whenUnauthorised(() => useSession().expire());
app.use(router);
app.mount("#app");
