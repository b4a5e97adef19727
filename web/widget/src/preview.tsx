import type { Message } from "@shared/protocol.ts";
import { countsAsUnread, ticketReply } from "@shared/view.ts";
import { useEffect, useRef, useState } from "preact/hooks";

import { excerpt } from "./format.ts";
import { Avatar, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";
import { pick } from "./words.ts";

const SHOWN_FOR = 10_000;

/** A closed panel shows what just arrived, for a moment, next to the launcher. */
export const Preview = ({ opened, onOpen }: { opened: boolean; onOpen(): void }) => {
  const { client, language, say } = useUi();
  const [message, setMessage] = useState<Message | null>(null);
  // It listens all the time: what arrives the moment after the panel was closed is news as well.
  const seen = useRef(opened);
  seen.current = opened;
  useEffect(
    () =>
      client.onMessage((fresh) => {
        if (!seen.current && countsAsUnread(fresh)) setMessage(fresh);
      }),
    [client],
  );
  useEffect(() => {
    if (opened) setMessage(null);
  }, [opened]);
  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [message]);
  if (opened || !message) return null;
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
