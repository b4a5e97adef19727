/** Finding canned replies by what stands after a slash. Pure. */
import type { Canned, Language } from "../api/types";

export interface SlashQuery {
  /** Where the slash stands. */
  from: number;
  query: string;
}

/** The slash word that ends at the caret: at the start or after a space or a Chinese mark, so that paths stay paths. */
export function slashAt(text: string, caret: number): SlashQuery | null {
  const found = /(?:^|[\s，。！？、：；])\/([^\s/]{0,30})$/.exec(text.slice(0, caret));
  return found ? { from: caret - found[1]!.length - 1, query: found[1]! } : null;
}

export function cannedText(entry: Canned, language: Language): string {
  if (language === "en") return entry.text.en || entry.text.zh || "";
  if (language === "zh-Hant") return entry.text["zh-Hant"] || entry.text.zh || entry.text.en || "";
  return entry.text.zh || entry.text.en || "";
}

/** Short names that begin with the query first, then titles and texts that contain it. */
export function matching(entries: readonly Canned[], query: string, limit = 50): Canned[] {
  const wanted = query.toLowerCase();
  const rank = (entry: Canned): number => {
    if (entry.shortcut.toLowerCase().startsWith(wanted)) return 0;
    if (entry.title.toLowerCase().includes(wanted)) return 1;
    return Object.values(entry.text).some((text) => text.toLowerCase().includes(wanted)) ? 2 : 3;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((found) => found.rank < 3)
    .sort((left, right) => left.rank - right.rank || left.entry.shortcut.localeCompare(right.entry.shortcut))
    .slice(0, limit)
    .map((found) => found.entry);
}
