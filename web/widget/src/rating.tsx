import type { State } from "@shared/protocol.ts";
import { useRef, useState } from "preact/hooks";

import { Icon, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";
import { starWords } from "./words.ts";

/** One to five and a word, for the person who served; nobody has to. */
export const Rating = ({ rating }: { rating: NonNullable<State["rating"]> }) => {
  const { say, client, language, compose } = useUi();
  const [score, setScore] = useState(rating.score ?? 0);
  const [comment, setComment] = useState("");
  const [phase, setPhase] = useState<"ask" | "busy" | "failed" | "done">(rating.score ? "done" : "ask");
  const words = starWords(language);
  const group = useRef<HTMLDivElement>(null);
  const change = useRef<HTMLButtonElement>(null);
  const dismiss = (
    <IconButton
      name="close"
      label={say(phase === "done" ? "close" : "noRating")}
      onClick={() => {
        client.dismissRating(rating.service_id);
        compose();
      }}
    />
  );

  const submit = async (event: Event) => {
    event.preventDefault();
    setPhase("busy");
    try {
      await client.rate(rating.service_id, score, comment.trim());
      setPhase("done");
      // The form with the focus is gone; what is there instead can be taken back.
      setTimeout(() => change.current?.focus({ preventScroll: true }));
    } catch {
      setPhase("failed");
    }
  };
  const choose = (next: number) => {
    const bounded = Math.min(5, Math.max(1, next));
    setScore(bounded);
    group.current?.querySelectorAll("button")[bounded - 1]?.focus();
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(score + step);
  };

  if (phase === "done") {
    return (
      <div class="rating done" role="status">
        <span class="stars" aria-label={say("nStars", { n: score, word: words[score - 1] ?? "" })}>
          {[1, 2, 3, 4, 5].map((n) => (
            <i class={n <= score ? "on" : ""}>
              <Icon name="star" size={18} />
            </i>
          ))}
        </span>
        <p>{say("thanks")}</p>
        <button type="button" class="link" ref={change} onClick={() => setPhase("ask")}>
          {say("change")}
        </button>
        {dismiss}
      </div>
    );
  }
  return (
    <form class="rating" onSubmit={(event) => void submit(event)}>
      {dismiss}
      <h3 id="rate">{say("rate", { name: rating.agent.name })}</h3>
      <div class="stars" role="radiogroup" aria-labelledby="rate" ref={group} onKeyDown={key}>
        {[1, 2, 3, 4, 5].map((n) => (
          <button
            type="button"
            role="radio"
            aria-checked={score === n}
            tabIndex={n === (score || 1) ? 0 : -1}
            aria-label={say("nStars", { n, word: words[n - 1] ?? "" })}
            class={n <= score ? "on" : ""}
            onClick={() => setScore(n)}
          >
            <Icon name="star" size={28} />
          </button>
        ))}
      </div>
      <p class="star-word">{words[score - 1] ?? "\u00a0"}</p>
      {score > 0 && (
        <>
          <textarea
            rows={2}
            maxLength={1000}
            value={comment}
            aria-label={say("comment")}
            placeholder={say("comment")}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          {phase === "failed" && (
            <p class="error" role="alert">
              {say("failedNow")}
            </p>
          )}
          <button type="submit" class="primary" disabled={phase === "busy"}>
            {say("submit")}
          </button>
        </>
      )}
    </form>
  );
};
