/** Messages and surroundings of the conversations that were opened, kept complete from the first shown one on. */
import { defineStore } from "pinia";
import { shallowReactive } from "vue";

import { conversations as calls } from "../api/calls";
import type { ConversationDetail, Message } from "../api/types";
import { useConversations } from "./conversations";
import { insertMessages, markReceived, newestPosition } from "../inbox/timeline";

export interface Transcript {
  messages: Message[];
  /** There is more of this conversation above the first message. */
  hasMore: boolean;
  /** There is more of the visitor's earlier conversations; null before anybody asked. */
  hasEarlier: boolean | null;
  loading: "newest" | "older" | null;
  error: unknown;
  detail: ConversationDetail | null;
  detailError: unknown;
}

/** Enough for moving up and down the list; older ones are loaded again when opened. */
const KEPT = 30;

export const useTranscripts = defineStore("transcripts", () => {
  const conversations = useConversations();
  const byId = shallowReactive(new Map<string, Transcript>());

  function of(id: string): Transcript | undefined {
    return byId.get(id);
  }

  function change(id: string, part: Partial<Transcript>): void {
    const known = byId.get(id) ?? blank();
    byId.set(id, { ...known, ...part });
  }

  /** Shows what is known at once and fetches the newest page and the surroundings. */
  async function open(id: string): Promise<void> {
    const known = byId.get(id);
    if (known) byId.delete(id);
    change(id, known ?? {});
    while (byId.size > KEPT) byId.delete([...byId.keys()][0]!);
    await Promise.all([refresh(id), refreshDetail(id)]);
  }

  async function refresh(id: string): Promise<void> {
    change(id, { loading: "newest", error: null });
    try {
      const page = await calls.messages(id);
      const known = byId.get(id)?.messages ?? [];
      const first = page.messages[0]?.position ?? 0;
      // The newest page starts above what we hold: between them is a hole, so what we hold is of no use.
      const hasHole = page.has_more && known.length > 0 && first > newestPosition(known) + 1;
      const keepsOlder = !hasHole && known.length > 0 && known[0]!.position < first;
      change(id, {
        messages: insertMessages(hasHole ? [] : known, page.messages),
        hasMore: keepsOlder ? (byId.get(id)?.hasMore ?? page.has_more) : page.has_more,
        hasEarlier: keepsOlder ? (byId.get(id)?.hasEarlier ?? null) : null,
        loading: null,
      });
    } catch (error) {
      if (byId.has(id)) change(id, { loading: null, error });
      throw error;
    }
  }

  async function refreshDetail(id: string): Promise<void> {
    try {
      const detail = await calls.get(id);
      conversations.put(detail.conversation);
      change(id, { detail, detailError: null });
    } catch (detailError) {
      // Left behind meanwhile: an answer must not bring it back.
      if (byId.has(id)) change(id, { detailError });
      throw detailError;
    }
  }

  /** One page further up: this conversation first, then the visitor's earlier ones. */
  async function older(id: string): Promise<void> {
    const known = byId.get(id);
    if (!known || known.loading || (!known.hasMore && known.hasEarlier === false)) return;
    const scope = known.hasMore ? "conversation" : "visitor";
    change(id, { loading: "older", error: null });
    try {
      const page = await calls.messages(id, known.messages[0]?.position, scope);
      const messages = insertMessages(byId.get(id)?.messages ?? [], page.messages);
      change(id, {
        messages,
        loading: null,
        ...(scope === "conversation" ? { hasMore: page.has_more } : { hasEarlier: page.has_more }),
      });
    } catch (error) {
      change(id, { loading: null, error });
    }
  }

  function add(message: Message): void {
    const known = byId.get(message.conversation_id);
    if (known) change(message.conversation_id, { messages: insertMessages(known.messages, [message]) });
  }

  function readUpTo(id: string, read: number, delivered: number): void {
    const known = byId.get(id);
    if (known) change(id, { messages: markReceived(known.messages, read, delivered) });
  }

  /** No longer this person's to see: what was known of it must not come back to the screen. */
  function forget(id: string): void {
    byId.delete(id);
  }

  /** After a hole in the stream nothing that is not on the screen can be trusted. */
  function forgetAllBut(id: string | null): void {
    for (const known of [...byId.keys()]) if (known !== id) byId.delete(known);
  }

  return { of, open, refresh, refreshDetail, older, add, readUpTo, forget, forgetAllBut };
});

function blank(): Transcript {
  return {
    messages: [],
    hasMore: false,
    hasEarlier: null,
    loading: null,
    error: null,
    detail: null,
    detailError: null,
  };
}
