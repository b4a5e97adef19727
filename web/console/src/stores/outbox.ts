/** The outbox of the person who is logged in, as the page sees it. */
import { defineStore } from "pinia";
import { shallowRef } from "vue";

import { conversations as calls } from "../api/calls";
import { ApiError } from "../api/client";
import type { Message } from "../api/types";
import { type Draft, Outbox, type OutboxEntry, type Refusal, browserStorage } from "../live/outbox";
import { useTranscripts } from "./transcripts";

export const useOutbox = defineStore("outbox", () => {
  const transcripts = useTranscripts();
  const entries = shallowRef<readonly OutboxEntry[]>([]);
  let box: Outbox | null = null;

  /** Takes up what this person left behind; a colleague's at the same browser stays untouched. */
  function start(agentId: string): void {
    box?.stop();
    box = new Outbox(browserStorage(`keting.outbox.${agentId}.`, localStorage), {
      deliver,
      refusal,
      behind: (entry) => void transcripts.refresh(entry.conversation_id).catch(() => undefined),
      delivered: (_entry, message) => transcripts.add(message),
      changed: (list) => (entries.value = list.map((entry) => ({ ...entry }))),
      newId: () => newClientId(),
      nowIso: () => new Date().toISOString(),
      setTimer: (run, afterMs) => window.setTimeout(run, afterMs),
      clearTimer: (timer) => window.clearTimeout(timer),
    });
    entries.value = box.list().map((entry) => ({ ...entry }));
  }

  function stop(): void {
    box?.stop();
    box = null;
    entries.value = [];
  }

  const of = (conversationId: string): OutboxEntry[] =>
    entries.value.filter((entry) => entry.conversation_id === conversationId);

  return {
    entries,
    of,
    start,
    stop,
    add: (draft: Draft) => box?.add(draft),
    flush: () => box?.flush(),
    resend: (clientId: string, seen: number) => box?.resend(clientId, seen),
    discard: (clientId: string) => box?.discard(clientId) ?? null,
    confirm: (clientId: string) => box?.confirm(clientId),
  };
});

function deliver(entry: OutboxEntry): Promise<Message> {
  if (entry.kind === "note") {
    const text = entry.content.type === "text" ? entry.content.text : "";
    return calls.note(entry.conversation_id, entry.client_id, text);
  }
  return calls.send(entry.conversation_id, entry.client_id, entry.content, entry.seen);
}

/** After a log-in everything waiting is flushed, so an ended session only means waiting. */
const SESSION_WAIT_MS = 60_000;

function refusal(error: unknown): Refusal {
  if (!(error instanceof ApiError))
    return { passing: false, code: "unknown", message: String(error), retryAfterMs: null };
  const retryAfterMs =
    error.status === 401 ? SESSION_WAIT_MS : error.retryAfterS !== null ? error.retryAfterS * 1000 : null;
  return {
    passing: error.isPassing || error.status === 401,
    code: error.code,
    message: error.message,
    retryAfterMs,
  };
}

/** `crypto.randomUUID` exists on secure pages only; a trial over plain http has `getRandomValues`. */
export function newClientId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
