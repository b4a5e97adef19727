/** What the list of models says of releases. Pure. */
import type { ModelList, Release } from "../api/models";

/** Names are long and all end alike. */
export const shortName = (model: string): string => model.replace(/\.tar\.gz$/, "");

/** The release that has not ended yet; the service gives one up that nobody answers for ten minutes. */
export function underWay({ history, release }: ModelList): Release | null {
  const last = history[0];
  if (!last || last.state !== "asked") return null;
  // The supervisor is ahead of the record by a moment.
  const hasEnded = release?.id === last.id && (release.state === "live" || release.state === "failed");
  return hasEnded ? null : last;
}

/** The model that a rollback leads to, by the rule of the service: what answered before the present one. */
export function backTo({ history, live }: ModelList): string | null {
  const last = history.find(
    ({ state, model, before }) => state === "live" && model === live && before !== null && before !== live,
  );
  return last?.before ?? null;
}
