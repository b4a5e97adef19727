import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { step, suggest, Typeahead, type Question } from "./typeahead.ts";
import { useUi } from "./ui.ts";

const MOST = 3;
const LIST = "keting-suggestions";
const option = (at: number): string => `${LIST}-${at}`;

export interface Suggestions {
  questions: readonly Question[];
  /** Which one Enter sends; -1: what was written. */
  at: number;
  /** For the field: a screen reader says the choice, the focus stays where the writing is. */
  field: Record<string, string | undefined>;
  /** What stands in the field after a key of the visitor; what the page puts there is nothing to go on. */
  typed(text: string): void;
  choose(question: Question): void;
  /** True: the key was for the list. */
  key(event: KeyboardEvent): boolean;
}

/** Questions that go on as the visitor's text does.  `on`: nobody of the house is talking with the visitor. */
export const useSuggestions = (on: boolean, pick: (text: string) => void): Suggestions => {
  const { client, language } = useUi();
  const [questions, setQuestions] = useState<readonly Question[]>([]);
  const [at, setAt] = useState(-1);
  /** The visitor wanted none for what is being written. */
  const dismissed = useRef(false);
  const typeahead = useMemo(
    () =>
      new Typeahead(
        (q, signal) => suggest({ base: client.api.base, language, channel: "web" }, q, MOST, signal),
        (found) => {
          setQuestions(found);
          setAt(-1);
        },
      ),
    [client, language],
  );
  useEffect(() => {
    typeahead.type("");
    return () => typeahead.stop();
  }, [typeahead, on]);

  const typed = (text: string) => {
    if (!text) dismissed.current = false;
    typeahead.type(on && !dismissed.current ? text : "");
  };
  const dismiss = () => {
    dismissed.current = true;
    typeahead.type("");
  };
  const choose = ({ question }: Question) => pick(question);
  return {
    questions,
    at,
    field: {
      "aria-autocomplete": "list",
      "aria-controls": questions.length ? LIST : undefined,
      "aria-activedescendant": at < 0 ? undefined : option(at),
    },
    typed,
    choose,
    key: (event) => {
      const chosen = questions[at];
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
      if (!questions.length) return false;
      if (by) setAt(step(at, by, questions.length));
      else if (event.key === "Escape") dismiss();
      else if (event.key === "Enter" && chosen) choose(chosen);
      else return false;
      event.preventDefault();
      event.stopPropagation(); // Escape closes the list, not the panel
      return true;
    },
  };
};

/** Above the field, so that it hides neither what is written nor the keys of a phone. */
export const SuggestionList = ({ questions, at, choose }: Suggestions) => {
  const { say } = useUi();
  return (
    <>
      <div class="sr" role="status">
        {questions.length > 0 && say("suggested", { n: questions.length })}
      </div>
      {questions.length > 0 && (
        <ul class="suggested" role="listbox" id={LIST} aria-label={say("suggestions")}>
          {questions.map((each, i) => (
            <li
              key={each.id}
              id={option(i)}
              role="option"
              aria-selected={i === at}
              // The focus stays in the field, and with it the keyboard of a phone.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(each)}
            >
              {each.question}
            </li>
          ))}
        </ul>
      )}
    </>
  );
};
