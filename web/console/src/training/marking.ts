/** Texts with entities marked as [words](entity): cut, marked and unmarked. Pure. */

export interface MarkedPiece {
  text: string;
  /** Null for what lies between. */
  entity: string | null;
  /** Where the piece begins in the marked text, and where it ends with its mark. */
  start: number;
  end: number;
}

const MARK = /\[([^\]]+)\](?:\(([^)]+)\)|\{[^}]*"entity":\s*"([^"]+)"[^}]*\})/g;

export function pieces(marked: string): MarkedPiece[] {
  const found: MarkedPiece[] = [];
  let at = 0;
  const upTo = (end: number): void => {
    if (end > at) found.push({ text: marked.slice(at, end), entity: null, start: at, end });
  };
  for (const match of marked.matchAll(MARK)) {
    upTo(match.index);
    at = match.index + match[0].length;
    found.push({ text: match[1]!, entity: match[2] ?? match[3] ?? "", start: match.index, end: at });
  }
  upTo(marked.length);
  return found;
}

export const plainOf = (marked: string): string =>
  pieces(marked)
    .map(({ text }) => text)
    .join("");

/** The same text with what lies between two places marked; the blanks around it stay outside. */
export function mark(marked: string, start: number, end: number, entity: string): string | null {
  const chosen = marked.slice(start, end);
  const words = chosen.trim();
  if (!words || /[[\]]/.test(words)) return null;
  const touches = pieces(marked).some((piece) => piece.entity && piece.start < end && start < piece.end);
  if (touches) return null;
  return marked.slice(0, start) + chosen.replace(words, () => `[${words}](${entity})`) + marked.slice(end);
}

export function unmark(marked: string, piece: MarkedPiece): string {
  return marked.slice(0, piece.start) + piece.text + marked.slice(piece.end);
}

/** A list copied from elsewhere, one example a line; bullets and quotes around it fall away. */
export function linesOf(pasted: string): string[] {
  return pasted
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.trim().replace(/^(?:[-*•]|\d+[.)、])\s+/, ""))
    .map((line) => /^"(.*)"$|^“(.*)”$|^「(.*)」$/.exec(line)?.slice(1).find(Boolean) ?? line)
    .filter(Boolean);
}
