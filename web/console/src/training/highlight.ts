/** A sentence cut at the entities that were found in it. Pure. */
import type { FoundEntity } from "../api/models";

export interface Stretch {
  text: string;
  entity: FoundEntity | null;
}

/** The bot counts characters, this language counts halves of some of them: the text is cut by characters. */
export function stretches(text: string, entities: readonly FoundEntity[]): Stretch[] {
  const characters = Array.from(text);
  const placed = entities
    .filter((entity) => entity.start !== null && entity.end !== null && entity.end > entity.start)
    .sort((left, right) => left.start! - right.start! || right.end! - left.end!);
  const found: Stretch[] = [];
  let at = 0;
  for (const entity of placed) {
    if (entity.start! < at || entity.end! > characters.length) continue; // inside of the one before
    if (entity.start! > at) found.push({ text: characters.slice(at, entity.start!).join(""), entity: null });
    found.push({ text: characters.slice(entity.start!, entity.end!).join(""), entity });
    at = entity.end!;
  }
  if (at < characters.length) found.push({ text: characters.slice(at).join(""), entity: null });
  return found;
}

/** The sentence as an example says it: with a mark for each entity that examples may have. */
export function markedOf(text: string, entities: readonly FoundEntity[], known: ReadonlySet<string>): string {
  return stretches(text, entities)
    .map(({ text: part, entity }) =>
      entity && known.has(entity.entity) ? `[${part}](${entity.entity})` : part,
    )
    .join("");
}
