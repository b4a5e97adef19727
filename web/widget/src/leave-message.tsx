import { ApiError } from "@shared/api.ts";
import { useEffect, useRef, useState } from "preact/hooks";

import { TicketNumber } from "./bubble.tsx";
import { Icon, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";

/** Nobody is on duty: say so, take the question, give a number. */
export const LeaveMessage = ({ onDone }: { onDone(): void }) => {
  const { say, client } = useUi();
  const [text, setText] = useState("");
  const [contact, setContact] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [number, setNumber] = useState("");
  const first = useRef<HTMLTextAreaElement>(null);
  useEffect(() => first.current?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!text.trim() || !contact.trim()) return;
    setBusy(true);
    setProblem("");
    try {
      setNumber(await client.leaveMessage(text.trim(), contact.trim()));
    } catch (error) {
      setProblem((error instanceof ApiError && error.message) || say("failedNow"));
    } finally {
      setBusy(false);
    }
  };
  const missing = (value: string) => tried && !value.trim();

  if (number) {
    return (
      <section class="sheet" aria-live="polite">
        <div class="sheet-head done">
          <Icon name="check" size={28} />
          <h3>{say("left")}</h3>
          <p>{say("leftMore")}</p>
        </div>
        <TicketNumber number={number} />
        <button type="button" class="primary" onClick={onDone}>
          {say("back")}
        </button>
      </section>
    );
  }
  return (
    <form class="sheet" noValidate onSubmit={(event) => void submit(event)} aria-label={say("leave")}>
      <div class="sheet-bar">
        <h3>{say("nobody")}</h3>
        <IconButton name="close" label={say("back")} onClick={onDone} />
      </div>
      <p class="faint">{say("nobodyMore")}</p>
      <label class={missing(text) ? "invalid" : ""}>
        {say("question")}
        <textarea
          ref={first}
          rows={5}
          maxLength={4000}
          value={text}
          aria-invalid={missing(text)}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {missing(text) && <small role="alert">{say("required")}</small>}
      </label>
      <label class={missing(contact) ? "invalid" : ""}>
        {say("contact")}
        <input
          type="text"
          maxLength={200}
          autocomplete="tel"
          value={contact}
          aria-invalid={missing(contact)}
          onInput={(event) => setContact(event.currentTarget.value)}
        />
        {missing(contact) && <small role="alert">{say("required")}</small>}
      </label>
      {problem && (
        <p class="error" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="primary" disabled={busy}>
        {say("sendMessage")}
      </button>
    </form>
  );
};
