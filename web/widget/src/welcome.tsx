import type { WidgetSettings } from "@shared/protocol.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { Avatar } from "./parts.tsx";
import { hot, type Question } from "./typeahead.ts";
import { useUi } from "./ui.ts";
import { pick } from "./words.ts";

/** Hot questions below the greeting. */
const MOST_HOT = 4;

/** Where nobody has spoken yet: the greeting, what the house proposes and what people ask. */
export const Welcome = ({ widget }: { widget: WidgetSettings }) => {
  const { language, client, say, compose } = useUi();
  const box = useRef<HTMLDivElement>(null);
  const leave = useRef(compose);
  leave.current = compose;
  useLayoutEffect(() => {
    const it = box.current;
    // It goes with the first message, whoever wrote it; a focus inside may not go with it.
    return () => {
      const focused = (it?.getRootNode() as ShadowRoot | undefined)?.activeElement;
      if (focused && it?.contains(focused)) leave.current();
    };
  }, []);
  const name = pick(widget.bot.name, language);
  const proposed = widget.suggestions.map((words) => pick(words, language));
  const questions = useHot().filter(({ question }) => !proposed.includes(question));
  return (
    <div class="welcome" ref={box}>
      <div class="row theirs last">
        <Avatar url={client.url(widget.bot.avatar)} name={name} kind="bot" />
        <div class="stack">
          <span class="author">{name}</span>
          <div class="bubble">
            <p class="text">{pick(widget.greeting, language)}</p>
          </div>
        </div>
      </div>
      <div class="choices suggestions">
        {proposed.map((text) => (
          <button type="button" class="chip" onClick={() => client.sendText(text)}>
            {text}
          </button>
        ))}
      </div>
      {questions.length > 0 && (
        <div class="hot" role="group" aria-label={say("hot")}>
          <h3>{say("hot")}</h3>
          {questions.slice(0, MOST_HOT).map(({ id, question }) => (
            <button type="button" key={id} onClick={() => client.sendText(question)}>
              {question}
            </button>
          ))}
        </div>
      )}
    </div>
  );
};

/** What people ask most, of what is written in the visitor's language. */
const useHot = (): Question[] => {
  const { client, language } = useUi();
  const [questions, setQuestions] = useState<Question[]>([]);
  useEffect(() => {
    let isOurs = true;
    // Some more than are shown: what the house proposes itself is left out.
    void hot({ base: client.api.base, language, channel: "web" }, 2 * MOST_HOT).then(
      (found) => isOurs && setQuestions(found.filter(({ fallback }) => !fallback)),
    );
    return () => void (isOurs = false);
  }, [client, language]);
  return questions;
};
