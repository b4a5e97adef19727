/** Differences of two texts: by lines, and inside of changed lines by words (characters in Chinese). Pure. */

export type ChangeKind = "same" | "added" | "removed";

export interface Piece {
  kind: ChangeKind;
  text: string;
}

export interface Line {
  kind: ChangeKind;
  pieces: Piece[];
}

/** Beyond this many cells of the table two texts are shown as replaced as a whole. */
const MOST_CELLS = 4_000_000;
const WORDS = /[\p{Script=Han}]|[\p{L}\p{N}]+|\s+|[^\p{L}\p{N}\s]/gu;

/** The parts of both in order, along a longest common subsequence. */
export function compare(before: readonly string[], after: readonly string[]): Piece[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const middle = between(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  const same = (text: string): Piece => ({ kind: "same", text });
  return [...before.slice(0, head).map(same), ...middle, ...before.slice(before.length - tail).map(same)];
}

function between(before: readonly string[], after: readonly string[]): Piece[] {
  const removed = (text: string): Piece => ({ kind: "removed", text });
  const added = (text: string): Piece => ({ kind: "added", text });
  if (before.length * after.length > MOST_CELLS) return [...before.map(removed), ...after.map(added)];
  const width = after.length + 1;
  const common = new Uint16Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column]!;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: Piece[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    if (row < before.length && column < after.length && before[row] === after[column]) {
      found.push({ kind: "same", text: before[row]! });
      row += 1;
      column += 1;
    } else if (
      column >= after.length ||
      (row < before.length && at(row + 1, column) >= at(row, column + 1))
    ) {
      found.push(removed(before[row]!));
      row += 1;
    } else {
      found.push(added(after[column]!));
      column += 1;
    }
  }
  return found;
}

/** Lines of both texts; where a line became another one, its pieces tell what changed in it. */
export function lines(before: string, after: string): Line[] {
  const split = (text: string): string[] => (text === "" ? [] : text.split("\n"));
  const whole = compare(split(before), split(after));
  const found: Line[] = [];
  for (let index = 0; index < whole.length;) {
    if (whole[index]!.kind === "same") {
      found.push({ kind: "same", pieces: [whole[index]!] });
      index += 1;
      continue;
    }
    let end = index;
    while (end < whole.length && whole[end]!.kind !== "same") end += 1;
    const run = whole.slice(index, end);
    found.push(
      ...refined(
        run.filter(isRemoved),
        run.filter((piece) => !isRemoved(piece)),
      ),
    );
    index = end;
  }
  return found;
}

const isRemoved = (piece: Piece): boolean => piece.kind === "removed";

/** As many removed as added lines: each is taken for a change of the one in its place. */
function refined(removed: readonly Piece[], added: readonly Piece[]): Line[] {
  const whole = (piece: Piece): Line => ({ kind: piece.kind, pieces: [piece] });
  if (removed.length !== added.length) return [...removed, ...added].map(whole);
  return removed.flatMap((old, index): Line[] => {
    const pieces = compare(old.text.match(WORDS) ?? [], added[index]!.text.match(WORDS) ?? []);
    const side = (kind: ChangeKind): Line => ({
      kind,
      pieces: joined(pieces.filter((piece) => piece.kind === "same" || piece.kind === kind)),
    });
    return [side("removed"), side("added")];
  });
}

function joined(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (last?.kind === piece.kind) last.text += piece.text;
    else found.push({ ...piece });
  }
  return found;
}
