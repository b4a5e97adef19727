/** The filter of the examples in the address. Pure. */
import type { LocationQuery } from "vue-router";

import type { ExampleFilter } from "../api/examples";

const NAMES = ["intent", "emotion", "language", "file", "q"] as const;

export function filterOf(query: LocationQuery): ExampleFilter {
  const filter: ExampleFilter = {};
  for (const name of NAMES) {
    const value = query[name];
    if (typeof value === "string" && value) filter[name] = value;
  }
  return filter;
}
