/** To whom a conversation can be passed on, and what to know before. Pure. */
import type { BoardAgent, Group } from "../api/types";

const RANK = { online: 0, away: 1, offline: 2 };

export const isOnDuty = (agent: BoardAgent): boolean => agent.live && agent.availability === "online";

/** The service refuses both: to hand somebody a conversation who is not there, or who has no room. */
export const isFull = (agent: BoardAgent): boolean => agent.open >= agent.capacity;
export const canTake = (agent: BoardAgent): boolean => agent.live && !isFull(agent);

/** Everybody but oneself; who can take it now stands first. */
export function colleagues(agents: readonly BoardAgent[], me: string | undefined): BoardAgent[] {
  const load = (agent: BoardAgent): number => agent.open / Math.max(1, agent.capacity);
  return agents
    .filter((agent) => agent.id !== me)
    .sort(
      (left, right) =>
        Number(right.live) - Number(left.live) ||
        RANK[left.availability] - RANK[right.availability] ||
        load(left) - load(right),
    );
}

export interface Duty {
  /** Members on duty, oneself not counted: they alone can get what one passes on. */
  others: number;
  isMine: boolean;
}

export function dutyOf(group: Group, agents: readonly BoardAgent[], me: string | undefined): Duty {
  const present = agents.filter((agent) => isOnDuty(agent) && agent.groups.includes(group.id));
  const others = present.filter((agent) => agent.id !== me).length;
  return { others, isMine: others < present.length };
}
