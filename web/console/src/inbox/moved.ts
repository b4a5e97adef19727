/** Where a conversation went that has left this person's hands, said once however many ways tell of it. */
import type { Summary } from "../api/types";
import { localised, t } from "../i18n";
import { usePeople } from "../stores/people";

/** The version of each conversation whose move was told last. */
const told = new Map<string, number>();

/** True when this move was told already; from now on it was. */
export function isTold({ id, version }: Summary): boolean {
  if (told.get(id) === version) return true;
  told.set(id, version);
  return false;
}

export function whereTo(summary: Summary): string {
  const { visitor, state, agent, group_id: groupId } = summary;
  const name = visitor.name;
  if (state === "agent" && agent) return t("moved.toAgent", { name, agent: agent.name });
  if (state === "bot") return t("moved.toBot", { name });
  if (state === "closed") return t("moved.closed", { name });
  const group = localised(usePeople().groups.find(({ id }) => id === groupId)?.name);
  return group ? t("moved.toGroup", { name, group }) : t("moved.toQueue", { name });
}
