/** Categories as people see them: a tree of two levels, in an order of their own. Pure. */
import type { Category } from "../api/knowledge";

export interface TreeRow {
  category: Category;
  depth: 0 | 1;
  /** Among those beside it. */
  isFirst: boolean;
  isLast: boolean;
}

/** The service lists each level in its order. */
const beside = (all: readonly Category[], parent: string | null): Category[] =>
  all.filter(({ parent_id }) => parent_id === parent);

export function rowsOf(all: readonly Category[]): TreeRow[] {
  const level = (parent: string | null, depth: 0 | 1): TreeRow[] =>
    beside(all, parent).flatMap((category, index, siblings) => [
      { category, depth, isFirst: index === 0, isLast: index === siblings.length - 1 },
      ...(depth === 0 ? level(category.id, 1) : []),
    ]);
  return level(null, 0);
}

/** Who gets which position when one changes places with its neighbour; only what changes. */
export function moved(
  all: readonly Category[],
  { id, parent_id }: Category,
  step: -1 | 1,
): { id: string; position: number }[] {
  const order = beside(all, parent_id);
  const at = order.findIndex((category) => category.id === id);
  const other = at + step;
  if (at < 0 || other < 0 || other >= order.length) return [];
  [order[at], order[other]] = [order[other]!, order[at]!];
  return order
    .map((category, position) => ({ category, position }))
    .filter(({ category, position }) => category.position !== position)
    .map(({ category, position }) => ({ id: category.id, position }));
}
