/** What an editor has on the desk: the words and the placing of one article, and what differs from the service's. */
import type { Article, ArticleChange, Content, Placing, SideName } from "../api/knowledge";
import { SIDES } from "../api/knowledge";
import { t } from "../i18n";

export interface Draft extends Placing {
  content: Content;
  slug: string;
}

export const LONGEST_QUESTION = 200;
export const LONGEST_ANSWER = 20_000;
export const LONGEST_TITLE = 40;
export const MOST_SIMILAR = 50;
export const MOST_BUTTONS = 6;

const PLACING = ["category_id", "audience", "channels", "tags", "valid_from", "valid_until"] as const;

export function blankDraft(): Draft {
  return {
    content: { zh: blankSide(), en: blankSide(), buttons: [] },
    slug: "",
    category_id: null,
    audience: "public",
    channels: [],
    tags: [],
    valid_from: null,
    valid_until: null,
  };
}

const blankSide = (): Content["zh"] => ({ question: "", similar: [], answer: "" });

/** A copy: what is typed does not change the article as it was loaded. */
export function draftOf(article: Article): Draft {
  const { content, slug, category, audience, channels, tags, valid_from, valid_until } = article;
  return copied({
    content: { ...content, buttons: content.buttons ?? [] },
    slug,
    category_id: category?.id ?? null,
    audience,
    channels,
    tags,
    valid_from,
    valid_until,
  });
}

/** Also of what a component watches, which cannot be cloned. */
export const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** What of the draft is new: only that is sent, so that two people can change different things. */
export function changesOf(base: Draft, draft: Draft): ArticleChange {
  const changes: Record<string, unknown> = {};
  for (const name of [...PLACING, "slug"] as const) {
    if (!same(base[name], draft[name])) changes[name] = draft[name];
  }
  const content = tidied(draft.content);
  if (!same(tidied(base.content), content)) changes["content"] = content;
  return changes;
}

/** Mine on top of theirs, part by part: what I left as it was is theirs. */
export function merged(base: Draft, mine: Draft, theirs: Draft): Draft {
  const choose = <Whole extends object>(before: Whole, own: Whole, other: Whole): Whole => {
    const found = { ...other };
    for (const name of Object.keys(own) as (keyof Whole)[])
      if (!same(before[name], own[name])) found[name] = own[name];
    return found;
  };
  const [was, own, other] = [base.content, mine.content, theirs.content];
  const content = {
    ...choose(was, own, other),
    zh: choose(was.zh, own.zh, other.zh),
    en: choose(was.en, own.en, other.en),
  };
  return copied({ ...choose(base, mine, theirs), content });
}

/** Empty lines of lists are room to write in, not content. */
function tidied(content: Content): Content {
  const side = (name: SideName): Content["zh"] => ({
    ...content[name],
    similar: content[name].similar.filter((phrase) => phrase.trim()),
  });
  return { zh: side("zh"), en: side("en"), buttons: content.buttons };
}

export const isWritten = (content: Content, side: SideName): boolean =>
  Boolean(content[side].question.trim() && content[side].answer.trim());

/** The side to begin with: of the language of the console, unless only the other one is written. */
export function firstSide(content: Content, spoken: SideName): SideName {
  const other = spoken === "zh" ? "en" : "zh";
  return !content[spoken].question && content[other].question ? other : spoken;
}

/** The fields by the names that the service gives them, for `useFields`. */
export function valuesOf({ content, ...rest }: Draft): Record<string, unknown> {
  const values: Record<string, unknown> = { ...rest, buttons: content.buttons };
  for (const side of SIDES) {
    for (const [part, value] of Object.entries(content[side])) values[`${side}.${part}`] = value;
  }
  return values;
}

/** What is wrong before anybody asks the service; `toPublish`: readers need an answer too. */
export function problemsOf(draft: Draft, toPublish = false): Record<string, string> {
  const { content } = draft;
  const found: Record<string, string> = {};
  if (!SIDES.some((side) => content[side].question.trim())) {
    found["zh.question"] = t("knowledge.needQuestion");
  } else if (toPublish && !SIDES.some((side) => isWritten(content, side))) {
    const side = content.zh.question.trim() ? "zh" : "en";
    found[`${side}.answer`] = t("knowledge.needAnswer");
  }
  for (const side of SIDES) {
    if (content[side].answer.trim() && !content[side].question.trim())
      found[`${side}.question`] ??= t("knowledge.answerWithoutQuestion");
    if (content[side].answer.length > LONGEST_ANSWER) found[`${side}.answer`] = t("settings.fieldTooLong");
  }
  if (draft.slug && !/^[a-z0-9][a-z0-9-]{0,79}$/.test(draft.slug)) found["slug"] = t("knowledge.slugHint");
  if (draft.valid_from && draft.valid_until && draft.valid_from >= draft.valid_until)
    found["valid_until"] = t("knowledge.untilBeforeFrom");
  const isBad = content.buttons.some(
    ({ title, url, payload }) => !(title.zh.trim() || title.en.trim()) || !(url?.trim() || payload?.trim()),
  );
  if (isBad) found["buttons"] = t("knowledge.buttonIncomplete");
  return found;
}
