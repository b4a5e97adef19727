import type { View } from "@shared/view.ts";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { IconButton } from "./parts.tsx";
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

  const send = () => {
    if (!sendable) return;
    client.sendText(text.trim());
    onText("");
    field.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    // 229: browsers that end the composition before they tell of the key.
    if (
      event.key !== "Enter" ||
      event.shiftKey ||
      event.isComposing ||
      composing.current ||
      event.keyCode === 229
    )
      return;
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
          onInput={(event) => {
            onText(event.currentTarget.value);
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
