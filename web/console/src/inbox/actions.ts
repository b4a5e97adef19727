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
import { isTold, whereTo } from "./moved";

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
    // The service's word may be older than the summary: who no longer has it may no longer do anything with it.
    const isMine = state === "agent" && agent?.id === session.me?.id;
    const isOthers = state === "agent" && !isMine;
    const isNobodys = state === "waiting" || state === "bot";
    return {
      accept: isNobodys && (may?.accept ?? state === "waiting"),
      takeover: isOthers && session.isLead,
      transfer: isMine && (may?.transfer ?? false),
      close: (isMine || (isNobodys && session.isLead)) && (may?.close ?? false),
      returnToBot: isMine && (may?.return_to_bot ?? false),
    };
  });

  /** What the service made of it, or null when it refused. */
  async function attempt(name: ActionName, call: () => Promise<Summary>): Promise<Summary | null> {
    if (busy.value) return null;
    busy.value = name;
    try {
      const made = await call();
      conversations.put(made);
      conversations.recount();
      return made;
    } catch (error) {
      toast.error(explain(error));
      // A refusal means that the conversation is not what the screen shows.
      if (error instanceof ApiError && error.status === 409) {
        void conversations.load("queue").catch(() => undefined);
      }
      return null;
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
        const made = await attempt(name, () =>
          name === "takeover" ? calls.takeover(id()) : calls.returnToBot(id()),
        );
        if (made && name === "returnToBot") tell(made);
      },
    });
  }

  async function transfer(target: Transfer): Promise<boolean> {
    const made = await attempt("transfer", () => calls.transfer(id(), target));
    if (made) tell(made);
    return made !== null;
  }

  function tell(made: Summary): void {
    if (!isTold(made)) toast.success(whereTo(made));
  }

  async function close(reason: CloseReason): Promise<boolean> {
    const made = await attempt("close", () => calls.close(id(), reason));
    if (made) toast.success(t("actions.closed"));
    return made !== null;
  }

  return { can, busy, run, transfer, close };
}
