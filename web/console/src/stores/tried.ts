/** Sentences that were tried in this session, newest first; they belong to who tried them. */
import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";

import { models, type Understanding } from "../api/models";
import { useSession } from "./session";

export interface Tried {
  key: number;
  owner: string;
  nlu: Understanding;
}

const MOST = 50;

export const useTried = defineStore("tried", () => {
  const session = useSession();
  const all = shallowRef<Tried[]>([]);
  let next = 1;

  /** Throws what the service refused. */
  async function understand(text: string): Promise<void> {
    const nlu = await models.understand(text);
    const owner = session.me?.id ?? "";
    const others = all.value.filter((tried) => tried.owner === owner && tried.nlu.text !== nlu.text);
    all.value = [{ key: next++, owner, nlu }, ...others].slice(0, MOST);
  }

  return {
    list: computed(() => all.value.filter((tried) => tried.owner === session.me?.id)),
    understand,
    clear: () => (all.value = []),
  };
});
