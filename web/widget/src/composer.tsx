import type { View } from "@shared/view.ts";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { IconButton } from "./parts.tsx";
import { SuggestionList, useSuggestions } from "./suggestions.tsx";
import { useUi } from "./ui.ts";

interface Props {
  view: View;
  shown: boolean;
  text: string;
  onText(text: string): void;
}

/** Enter sends, Shift+Enter breaks the line; while an input method composes, Enter belongs to it. */
export const Composer = ({ view, shown, text, onText }: Props) => {
  const { client, say, phone } = useUi();
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const composing = useRef(false);
  const limit = view.session?.limits.text ?? 4000;
  const tooLong = text.length > limit;
  const sendable = text.trim().length > 0 && !tooLong;
  const closed = view.state?.conversation?.state === "closed";

  useEffect(() => {
    // On a phone the keyboard would cover what the visitor came to read.
    if (shown && !phone) field.current?.focus();
  }, [shown, phone]);
  useLayoutEffect(() => {
    const it = field.current;
    if (!it) return;
    it.style.height = "0";
    it.style.height = `${Math.min(it.scrollHeight, 132)}px`;
  }, [text, shown]);

  const submit = (words: string) => {
    client.sendText(words);
    onText("");
    suggestions.typed("");
    field.current?.focus();
  };
  const send = () => sendable && submit(text.trim());
  const owner = view.state?.conversation?.state;
  const suggestions = useSuggestions(shown && owner !== "waiting" && owner !== "agent", submit);
  const key = (event: KeyboardEvent) => {
    // 229: browsers that end the composition before they tell of the key.
    if (event.isComposing || composing.current || event.keyCode === 229 || event.shiftKey) return;
    if (suggestions.key(event) || event.key !== "Enter") return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    files.forEach((file) => client.attach(file));
  };
  const picked = () => {
    for (const file of picker.current?.files ?? []) client.attach(file);
    if (picker.current) picker.current.value = "";
  };

  return (
    <div class="composer">
      <SuggestionList {...suggestions} />
      {text.length > limit * 0.9 && (
        <p class={tooLong ? "count error" : "count"} role="status">
          {text.length} / {limit} {tooLong && say("tooLong", { n: limit })}
        </p>
      )}
      <div class="field">
        <IconButton name="attach" label={say("attach")} onClick={() => picker.current?.click()} />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          tabIndex={-1}
          accept={view.session?.limits.mime.join(",") ?? ""}
          onChange={picked}
        />
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={say("message")}
          placeholder={say(closed ? "writeNew" : "write")}
          enterkeyhint="send"
          {...suggestions.field}
          onInput={(event) => {
            onText(event.currentTarget.value);
            suggestions.typed(event.currentTarget.value);
            client.typing();
          }}
          onCompositionStart={() => (composing.current = true)}
          onCompositionEnd={() => (composing.current = false)}
          onKeyDown={key}
          onPaste={paste}
        />
        <IconButton name="send" class="send" label={say("send")} onClick={send} aria-disabled={!sendable} />
      </div>
    </div>
  );
};
