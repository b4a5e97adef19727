/** Colleagues, groups and canned replies: what the inbox needs of the settings, loaded once and on demand. */
import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";

import { people as peopleCalls, settings } from "../api/calls";
import type { BoardAgent, Canned, Department, Group } from "../api/types";
import { useSession } from "./session";

export const usePeople = defineStore("people", () => {
  const session = useSession();
  const canned = shallowRef<Canned[]>([]);
  const groups = shallowRef<Group[]>([]);
  const departments = shallowRef<Department[]>([]);
  const agents = shallowRef<BoardAgent[]>([]);

  /** Those for everybody and those of this person's groups. */
  const myCanned = computed(() =>
    canned.value.filter(
      (entry) => !entry.group_id || session.isLead || session.me?.groups.includes(entry.group_id),
    ),
  );

  async function load(): Promise<void> {
    const [cannedPage, groupPage] = await Promise.all([
      settings.canned.list(),
      optional(settings.groups.list()),
    ]);
    canned.value = cannedPage.items;
    groups.value = groupPage;
  }

  async function loadDepartments(): Promise<void> {
    departments.value = await optional(settings.departments.list());
  }

  async function loadGroups(): Promise<void> {
    groups.value = (await settings.groups.list()).items;
  }

  async function loadAgents(): Promise<BoardAgent[]> {
    agents.value = (await peopleCalls.agents()).items;
    return agents.value;
  }

  return { canned, myCanned, groups, departments, agents, load, loadDepartments, loadGroups, loadAgents };
});

/** Not every role may read every list; the pages do without. */
async function optional<Item>(page: Promise<{ items: Item[] }>): Promise<Item[]> {
  return page.then(
    ({ items }) => items,
    () => [],
  );
}
