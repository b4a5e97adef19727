import { createApp, h } from "vue";

createApp({ render: () => h("p", "Keting") }).mount("#app");
