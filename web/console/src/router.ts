/** Pages and who may open them. An ended session leads to the log-in and back to where it ended. */
import { createRouter, createWebHistory } from "vue-router";

import { type Area, useSession } from "./stores/session";

declare module "vue-router" {
  interface RouteMeta {
    area?: Area;
    title?: string;
    isPublic?: boolean;
  }
}

export const router = createRouter({
  history: createWebHistory("/console/"),
  routes: [
    {
      path: "/login",
      name: "login",
      component: () => import("./login/LoginPage.vue"),
      meta: { isPublic: true },
    },
    {
      path: "/",
      component: () => import("./shell/AppShell.vue"),
      children: [
        { path: "", name: "home", redirect: () => ({ name: useSession().areas[0] ?? "login" }) },
        {
          path: "inbox/:id?",
          name: "inbox",
          component: () => import("./inbox/InboxPage.vue"),
          meta: { area: "inbox", title: "nav.inbox" },
        },
        {
          path: "tickets/:number?",
          name: "tickets",
          component: () => import("./tickets/TicketsPage.vue"),
          meta: { area: "tickets", title: "nav.tickets" },
        },
        {
          path: "board",
          name: "board",
          component: () => import("./board/BoardPage.vue"),
          meta: { area: "board", title: "nav.board" },
        },
        {
          path: "knowledge/:section?/:id?",
          name: "knowledge",
          component: () => import("./knowledge/KnowledgePage.vue"),
          meta: { area: "knowledge", title: "nav.knowledge" },
        },
        {
          path: "training/:section?",
          name: "training",
          component: () => import("./training/TrainingPage.vue"),
          meta: { area: "training", title: "nav.training" },
        },
        {
          path: "settings/:section?",
          name: "settings",
          component: () => import("./settings/SettingsPage.vue"),
          meta: { area: "settings", title: "nav.settings" },
        },
      ],
    },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  if (!session.me && !session.expired) {
    if (!(await session.load()) && !to.meta.isPublic) return { name: "login", query: nextOf(to.fullPath) };
  } else if (!session.me && !to.meta.isPublic) {
    return { name: "login", query: nextOf(to.fullPath) };
  }
  if (session.me && to.name === "login") return { name: "home" };
  if (to.meta.area && !session.areas.includes(to.meta.area)) return { name: "home" };
  return true;
});

export function nextOf(path: string): Record<string, string> {
  return path === "/" ? {} : { next: path };
}
