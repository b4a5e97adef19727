import type { Message } from "@shared/protocol.ts";
import { useEffect, useState } from "preact/hooks";

import { excerpt } from "./format.ts";
import { Avatar, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";

const SHOWN_FOR = 10_000;

/** A closed panel shows what just arrived, for a moment, next to the launcher. */
export const Preview = ({ onOpen }: { onOpen(): void }) => {
  const { client, language, say } = useUi();
  const [message, setMessage] = useState<Message | null>(null);
  useEffect(
    () =>
      client.onMessage((fresh) => {
        if (fresh.author.kind === "agent" || fresh.author.kind === "bot") setMessage(fresh);
      }),
    [client],
  );
  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [message]);
  if (!message) return null;
  const { author } = message;
  return (
    <div class="preview">
      <button type="button" onClick={onOpen}>
        <Avatar url={client.url(author.avatar)} name={author.name} kind={author.kind} />
        <span>
          <b>{author.name}</b>
          <span>{excerpt(message, language, say)}</span>
        </span>
      </button>
      <IconButton name="close" label={say("close")} onClick={() => setMessage(null)} />
    </div>
  );
};
