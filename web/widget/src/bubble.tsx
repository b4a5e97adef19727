import type { Pending } from "@shared/outbox.ts";
import type { Author, EventContent, Message } from "@shared/protocol.ts";
import type { Upload } from "@shared/uploads.ts";
import type { TicketReply } from "@shared/view.ts";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Inside, Text } from "./content.tsx";
import { bytes, clock } from "./format.ts";
import { Avatar, Icon, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";
import { pick } from "./words.ts";

/** Contents that bring their own frame. */
const FRAMELESS = new Set(["image", "video", "audio", "card", "file", "location"]);

interface BubbleProps {
  message: Message;
  /** First and last of what one author wrote in one go. */
  first: boolean;
  last: boolean;
  pressed: number | undefined;
  pressable: boolean;
  mark: ComponentChildren;
}

export const Bubble = ({ message, first, last, pressed, pressable, mark }: BubbleProps) => {
  const { language, say, client } = useUi();
  const { author, content, created_at } = message;
  const mine = author.kind === "visitor";
  return (
    <div class={`row ${mine ? "mine" : "theirs"} ${last ? "last" : ""}`} data-seq={message.seq}>
      {!mine &&
        (last ? <Avatar url={client.url(author.avatar)} name={author.name} kind={author.kind} /> : <i />)}
      <div class="stack">
        {!mine && first && <span class="author">{author.name}</span>}
        {mine && <span class="sr">{say("you")}</span>}
        <div class={`bubble ${FRAMELESS.has(content.type) ? "bare" : ""}`}>
          <Inside content={content} message={message} pressed={pressed} pressable={pressable} />
        </div>
        {last && (
          <span class="meta">
            <time dateTime={created_at}>{clock(created_at, language)}</time>
            {mark}
          </span>
        )}
      </div>
    </div>
  );
};

/** What we wrote and the service has not confirmed yet. */
export const PendingBubble = ({ entry }: { entry: Pending }) => {
  const { say, client } = useUi();
  const failed = entry.status === "failed";
  return (
    <div class={`row mine last ${failed ? "failed" : "waiting"}`}>
      <div class="stack">
        <div class={`bubble ${FRAMELESS.has(entry.shown.type) ? "bare" : ""}`}>
          <Inside content={entry.shown} message={null} />
        </div>
        {failed ? (
          <span class="meta error" role="alert">
            <Icon name="alert" size={14} /> {say("failed")}
            {entry.error && <span>· {entry.error}</span>}
            <button type="button" onClick={() => client.resend(entry.client_id)}>
              {say("resend")}
            </button>
            <button type="button" onClick={() => client.discard(entry.client_id)}>
              {say("discard")}
            </button>
          </span>
        ) : (
          <span class="meta">{say(entry.status === "sent" ? "sent" : "sending")}</span>
        )}
      </div>
    </div>
  );
};

/** A file on its way, or one that did not get there: said in words, with what can be done about it. */
export const UploadBubble = ({ upload }: { upload: Upload }) => {
  const { say, client, compose } = useUi();
  const { file, progress, error, id } = upload;
  const limit = client.view.session?.limits.upload_bytes ?? 0;
  const why =
    error === "too_large"
      ? say("too_large", { size: bytes(limit) })
      : error === "type_not_allowed" || error === "empty"
        ? say(error)
        : say("uploadFailed");
  const remove = () => {
    client.cancelUpload(id);
    compose();
  };
  const hopeless = error === "too_large" || error === "type_not_allowed" || error === "empty";
  return (
    <div class={`row mine last ${error ? "failed upload" : "upload"}`}>
      <div class="stack">
        <div class="bubble bare">
          <div class="file">
            <span class="file-icon">
              <Icon name="file" />
            </span>
            <span class="file-name">
              <b>{file.name}</b>
              {error ? (
                <small>{bytes(file.size)}</small>
              ) : (
                <progress value={progress} max={1} aria-label={say("uploading", { name: file.name })} />
              )}
            </span>
            {!error && <IconButton name="close" label={say("cancel")} onClick={remove} />}
          </div>
        </div>
        {error && (
          <span class="meta error">
            <span role="alert">
              <Icon name="alert" size={14} /> {why}
            </span>
            {!hopeless && (
              <button type="button" onClick={() => (client.retryUpload(id), compose())}>
                {say("resend")}
              </button>
            )}
            <button type="button" onClick={remove}>
              {say("discard")}
            </button>
          </span>
        )}
      </div>
    </div>
  );
};

/** What somebody wrote on the visitor's ticket: words to the visitor, so it looks like them. */
export const TicketBubble = ({ message, reply }: { message: Message; reply: TicketReply }) => {
  const { language, say, client } = useUi();
  const name = reply.name || pick(client.view.session?.widget.title, language);
  return (
    <div class="row theirs last" data-seq={message.seq}>
      <Avatar url={client.url(reply.avatar)} name={name} kind="agent" />
      <div class="stack">
        <span class="author">{name}</span>
        <div class="bubble">
          <p class="of-ticket">
            <Icon name="ticket" size={14} />
            {say("ticketReply", { number: reply.number })}
          </p>
          <Text text={reply.text} />
        </div>
        <span class="meta">
          <time dateTime={message.created_at}>{clock(message.created_at, language)}</time>
        </span>
      </div>
    </div>
  );
};

/** Something happened: one quiet line, and a ticket number that can be copied. */
export const EventLine = ({ content, seq }: { content: EventContent; seq: number }) => {
  const { language, say, leaveMessage } = useUi();
  const number = content.name === "ticket_created" ? String(content.data["number"] ?? "") : "";
  return (
    <div class="event" data-seq={seq}>
      <span>{pick(content.text, language)}</span>
      {number && <TicketNumber number={number} />}
      {content.name === "nobody_on_duty" && (
        <button type="button" class="chip" onClick={leaveMessage}>
          {say("leave")}
        </button>
      )}
    </div>
  );
};

export const TicketNumber = ({ number }: { number: string }) => {
  const { say } = useUi();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(number).catch(() => undefined);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <span class="ticket">
      <small>{say("ticket")}</small>
      <b>{number}</b>
      <button type="button" onClick={() => void copy()}>
        {say(copied ? "copied" : "copy")}
      </button>
    </span>
  );
};

export const Typing = ({ author }: { author: Pick<Author, "kind" | "name"> & { avatar: string | null } }) => {
  const { say, client } = useUi();
  return (
    <div class="row theirs last typing">
      <Avatar url={client.url(author.avatar)} name={author.name} kind={author.kind} />
      <div class="stack">
        <div class="bubble" role="img" aria-label={say("typing", { name: author.name })}>
          <i />
          <i />
          <i />
        </div>
      </div>
    </div>
  );
};
