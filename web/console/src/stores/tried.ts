/** Sentences that were tried in this session, newest first; they belong to who tried them. */
import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";

import { examples, type Nearest } from "../api/examples";
import { models, type Understanding } from "../api/models";
import { useSession } from "./session";

export interface Tried {
  key: number;
  owner: string;
  text: string;
  /** Null when no model answered. */
  nlu: Understanding | null;
  /** Null until it is known. */
  nearest: Nearest | null;
}

const MOST = 50;

export const useTried = defineStore("tried", () => {
  const session = useSession();
  const all = shallowRef<Tried[]>([]);
  let next = 1;

  /** What the model understands, if there is one, and what the sentence is near to. Throws what was refused. */
  async function understand(text: string, hasModel: boolean): Promise<void> {
    const nlu = hasModel ? await models.understand(text) : null;
    const owner = session.me?.id ?? "";
    const others = all.value.filter((tried) => tried.owner === owner && tried.text !== text);
    const mine: Tried = { key: next++, owner, text, nlu, nearest: null };
    if (nlu) all.value = [mine, ...others].slice(0, MOST);
    const nearest = await examples.nearest(text, guessOf(nlu));
    if (nlu) all.value = all.value.map((tried) => (tried.key === mine.key ? { ...mine, nearest } : tried));
    else all.value = [{ ...mine, nearest }, ...others].slice(0, MOST);
  }

  return {
    list: computed(() => all.value.filter((tried) => tried.owner === session.me?.id)),
    understand,
    clear: () => (all.value = []),
  };
});

/** What the model takes a sentence for, before it is put aside as strange. */
export const guessOf = (nlu: Understanding | null): string | null =>
  nlu?.ranking[0]?.name ?? nlu?.intent.name ?? null;
