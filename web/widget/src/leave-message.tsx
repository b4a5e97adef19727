import { ApiError } from "@shared/api.ts";
import { useEffect, useRef, useState } from "preact/hooks";

import { TicketNumber } from "./bubble.tsx";
import { isContact } from "./contact.ts";
import { Icon, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";

type Field = "text" | "contact";

/** Nobody is on duty: say so, take the question, give a number. */
export const LeaveMessage = ({ onDone }: { onDone(): void }) => {
  const { say, client } = useUi();
  const [text, setText] = useState("");
  const [contact, setContact] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ field: string | null; message: string } | null>(null);
  const [number, setNumber] = useState("");
  const question = useRef<HTMLTextAreaElement>(null);
  const reach = useRef<HTMLInputElement>(null);
  useEffect(() => question.current?.focus(), []);

  const check = (): Record<Field, string> => ({
    text: text.trim() ? "" : say("required"),
    contact: !contact.trim() ? say("required") : isContact(contact) ? "" : say("badContact"),
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    setRefused(null);
    const wrong = check();
    if (wrong.text) return question.current?.focus();
    if (wrong.contact) return reach.current?.focus();
    setBusy(true);
    try {
      setNumber(await client.leaveMessage(text.trim(), contact.trim()));
    } catch (error) {
      const known = error instanceof ApiError ? error : null;
      setRefused({ field: known?.field ?? null, message: known?.message || say("failedNow") });
      ({ text: question, contact: reach })[known?.field as Field]?.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const wrong = tried ? check() : { text: "", contact: "" };
  if (refused?.field === "text" || refused?.field === "contact") wrong[refused.field] ||= refused.message;
  const elsewhere = refused && refused.field !== "text" && refused.field !== "contact" && refused.message;
  const state = (field: Field) => ({
    "aria-invalid": !!wrong[field],
    ...(wrong[field] ? { "aria-describedby": `wrong-${field}` } : {}),
  });
  const complaint = (field: Field) =>
    wrong[field] && (
      <small id={`wrong-${field}`} role="alert">
        {wrong[field]}
      </small>
    );

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
      <div class={wrong.text ? "entry invalid" : "entry"}>
        <label>
          {say("question")}
          <textarea
            ref={question}
            rows={5}
            maxLength={4000}
            value={text}
            {...state("text")}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setRefused(null);
            }}
          />
        </label>
        {complaint("text")}
      </div>
      <div class={wrong.contact ? "entry invalid" : "entry"}>
        <label>
          {say("contact")}
          <input
            ref={reach}
            type="text"
            maxLength={200}
            autocomplete="tel"
            value={contact}
            {...state("contact")}
            onInput={(event) => {
              setContact(event.currentTarget.value);
              setRefused(null);
            }}
          />
        </label>
        {complaint("contact")}
      </div>
      {elsewhere && (
        <p class="error" role="alert">
          {elsewhere}
        </p>
      )}
      <button type="submit" class="primary" disabled={busy}>
        {say("sendMessage")}
      </button>
    </form>
  );
};
