/** What the list of models says of releases. Pure. */
import type { Model, ModelList, Release } from "../api/models";

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

export function isTraining(list: ModelList | null): boolean {
  return list?.training?.state === "asked" || list?.training?.state === "running";
}

/** A model that nobody was answered by yet, newer than the one that answers now. */
export function isNew(model: Model, { live, models, history }: ModelList): boolean {
  const present = models.find(({ name }) => name === live);
  const wasLive = history.some((one) => one.model === model.name || one.before === model.name);
  return model.name !== live && !wasLive && (!present || model.trained_at > present.trained_at);
}

/**
 * What is to be done about the training data: nothing (`known`), release a model that there is (`ready`), or
 * train one, because examples were changed from here (`changed`) or files elsewhere (`other`).
 */
export type Need =
  | { kind: "known" }
  | { kind: "ready"; model: string }
  | { kind: "changed"; count: number }
  | { kind: "other" };

export function need({ data, live }: ModelList): Need {
  if (data.is_trained) return data.model === live ? { kind: "known" } : { kind: "ready", model: data.model };
  return data.changes ? { kind: "changed", count: data.changes } : { kind: "other" };
}
