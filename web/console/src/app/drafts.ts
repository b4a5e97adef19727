/** Half-written words of each conversation; they survive leaving the conversation, the page and the network. */
import { shallowReactive } from "vue";

export interface SavedDraft {
  reply: string;
  note: string;
  mode: "reply" | "note";
}

const PREFIX = "keting.draft.";

/** Which conversations have one, so that the list can say so. */
export const draftsIn = shallowReactive(new Set<string>(storedIds()));

function storedIds(): string[] {
  try {
    const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? "");
    return keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}

export function loadDraft(conversationId: string): SavedDraft {
  try {
    const text = localStorage.getItem(PREFIX + conversationId);
    if (text) return { reply: "", note: "", mode: "reply", ...(JSON.parse(text) as Partial<SavedDraft>) };
  } catch {
    // Unreadable: the same as nothing written.
  }
  return { reply: "", note: "", mode: "reply" };
}

export function saveDraft(conversationId: string, draft: SavedDraft): void {
  const isEmpty = !draft.reply && !draft.note;
  if (isEmpty) draftsIn.delete(conversationId);
  else draftsIn.add(conversationId);
  try {
    if (isEmpty) localStorage.removeItem(PREFIX + conversationId);
    else localStorage.setItem(PREFIX + conversationId, JSON.stringify(draft));
  } catch {
    // The draft then lives as long as the page.
  }
}
