import type { Message } from "@shared/protocol.ts";
import { countsAsUnread, ticketReply } from "@shared/view.ts";
import { useEffect, useState } from "preact/hooks";

import { excerpt } from "./format.ts";
import { Avatar, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";
import { pick } from "./words.ts";

const SHOWN_FOR = 10_000;

/** A closed panel shows what just arrived, for a moment, next to the launcher. */
export const Preview = ({ onOpen }: { onOpen(): void }) => {
  const { client, language, say } = useUi();
  const [message, setMessage] = useState<Message | null>(null);
  useEffect(
    () =>
      client.onMessage((fresh) => {
        if (countsAsUnread(fresh)) setMessage(fresh);
      }),
    [client],
  );
  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [message]);
  if (!message) return null;
  // News of a ticket come from the house, unless somebody signed them.
  const house = { name: pick(client.view.session?.widget.title, language), avatar: null, kind: "agent" };
  const signed = ticketReply(message);
  const author =
    message.author.kind !== "system" ? message.author : signed?.name ? { ...signed, kind: "agent" } : house;
  return (
    <div class="preview" role="status">
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
