/** What can be done with a conversation as a whole; the service has the last word, its refusals are explained. */
import { useDialog, useMessage } from "naive-ui";
import { computed, type ComputedRef, ref } from "vue";
import { useI18n } from "vue-i18n";

import { conversations as calls, type Transfer } from "../api/calls";
import { ApiError } from "../api/client";
import type { CloseReason, ConversationDetail, Summary } from "../api/types";
import { explain } from "../app/errors";
import { useConversations } from "../stores/conversations";
import { useSession } from "../stores/session";
import { useTranscripts } from "../stores/transcripts";

export type ActionName = "accept" | "takeover" | "transfer" | "close" | "returnToBot";
export type Abilities = Record<ActionName, boolean>;

export function useActions(
  id: () => string,
  summary: ComputedRef<Summary | undefined>,
  detail: ComputedRef<ConversationDetail | null>,
) {
  const { t } = useI18n();
  const toast = useMessage();
  const dialogs = useDialog();
  const session = useSession();
  const conversations = useConversations();
  const transcripts = useTranscripts();
  const busy = ref<ActionName | null>(null);

  const can = computed<Abilities>(() => {
    const may = detail.value?.may;
    const { state, agent } = summary.value ?? {};
    const isOthers = state === "agent" && agent?.id !== session.me?.id;
    return {
      accept: (state === "waiting" || state === "bot") && (may?.accept ?? state === "waiting"),
      takeover: isOthers && session.isLead,
      transfer: state !== "closed" && (may?.transfer ?? false),
      close: state !== "closed" && (may?.close ?? false),
      returnToBot: state !== "closed" && state !== "bot" && (may?.return_to_bot ?? false),
    };
  });

  async function attempt(name: ActionName, call: () => Promise<Summary>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = name;
    try {
      conversations.put(await call());
      return true;
    } catch (error) {
      toast.error(explain(error));
      // A refusal means that the conversation is not what the screen shows.
      if (error instanceof ApiError && error.status === 409) {
        void conversations.load("queue").catch(() => undefined);
      }
      return false;
    } finally {
      busy.value = null;
      void transcripts.refreshDetail(id()).catch(() => undefined);
    }
  }

  async function run(name: ActionName): Promise<void> {
    if (name === "accept") await attempt(name, () => calls.accept(id()));
    else if (name === "takeover")
      ask(
        name,
        "actions.takeoverTitle",
        t("actions.takeoverText", { name: summary.value?.agent?.name ?? "" }),
      );
    else if (name === "returnToBot") ask(name, "actions.returnTitle", t("actions.returnText"));
  }

  function ask(name: "takeover" | "returnToBot", title: string, content: string): void {
    dialogs.warning({
      title: t(title),
      content,
      positiveText: t(`actions.${name}`),
      negativeText: t("common.cancel"),
      onPositiveClick: async () => {
        const isDone = await attempt(name, () =>
          name === "takeover" ? calls.takeover(id()) : calls.returnToBot(id()),
        );
        if (isDone && name === "returnToBot") toast.success(t("actions.returned"));
      },
    });
  }

  async function transfer(target: Transfer): Promise<boolean> {
    const isDone = await attempt("transfer", () => calls.transfer(id(), target));
    if (isDone) toast.success(t("actions.transferred"));
    return isDone;
  }

  async function close(reason: CloseReason): Promise<boolean> {
    const isDone = await attempt("close", () => calls.close(id(), reason));
    if (isDone) toast.success(t("actions.closed"));
    return isDone;
  }

  return { can, busy, run, transfer, close };
}
