/**
 * Questions of the knowledge base, for the widget and the help centre: what people ask most, and what goes
 * on as somebody has begun to write (docs/reference/visitor-protocol.md).
 */
import type { Language } from "@shared/protocol.ts";

export interface Question {
  id: string;
  slug: string;
  question: string;
  language: "zh" | "en";
  /** There is none in the reader's language. */
  fallback: boolean;
}
export interface Source {
  /** Origin of the service. */
  base: string;
  language: Language;
  channel: "web" | "help";
}

/** A help that does not come is no error: without an answer there are no questions. */
const ask = async (
  source: Source,
  path: string,
  query: object,
  signal?: AbortSignal,
): Promise<Question[]> => {
  const asked = new URLSearchParams({ ...query, channel: source.channel });
  try {
    const answer = await fetch(`${source.base}/api/visitor/v1/knowledge/${path}?${asked}`, {
      headers: { "Accept-Language": source.language },
      credentials: "omit",
      ...(signal ? { signal } : {}),
    });
    const { items } = (await answer.json()) as { items?: Question[] };
    return answer.ok && items ? items : [];
  } catch {
    return [];
  }
};

export const hot = (source: Source, limit: number): Promise<Question[]> => ask(source, "hot", { limit });

export const suggest = (source: Source, q: string, limit: number, signal: AbortSignal): Promise<Question[]> =>
  ask(source, "suggest", { q, limit }, signal);

/** Shorter says nothing yet, longer is a story of its own. */
export const isWorthAsking = (text: string): boolean => /^.{2,60}$/u.test(text.trim());

/** The next of `count` choices, round and round; -1 is none of them. */
export const step = (at: number, by: 1 | -1, count: number): number => {
  const next = at + by;
  return next >= count ? -1 : next < -1 ? count - 1 : next;
};

type Look = (text: string, signal: AbortSignal) => Promise<Question[]>;

/** Looks questions up for what stands in a field, `pause` ms after the last key; the newest text alone counts. */
export class Typeahead {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopping: AbortController | undefined;

  constructor(
    private readonly look: Look,
    private readonly show: (questions: Question[]) => void,
    private readonly pause = 180,
  ) {}

  type(text: string): void {
    this.stop();
    const asked = text.trim();
    if (!isWorthAsking(asked)) return this.show([]);
    this.timer = setTimeout(() => {
      const { signal } = (this.stopping = new AbortController());
      void this.look(asked, signal).then((found) => {
        if (!signal.aborted) this.show(found.filter(({ question }) => question !== asked));
      });
    }, this.pause);
  }

  /** What is under way is not shown any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.stopping?.abort();
  }
}
