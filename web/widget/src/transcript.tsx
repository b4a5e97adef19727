import type { Author, Message } from "@shared/protocol.ts";
import { isRepetition, ticketReply, type View } from "@shared/view.ts";
import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { Bubble, EventLine, PendingBubble, TicketBubble, Typing, UploadBubble } from "./bubble.tsx";
import { day, excerpt, sameDay } from "./format.ts";
import { Icon } from "./parts.tsx";
import { Rating } from "./rating.tsx";
import { useUi } from "./ui.ts";
import { Welcome } from "./welcome.tsx";

const NEAR = 60;
const ONE_GO = 5 * 60_000;

/** The whole history, oldest first; older pages come when the visitor scrolls up. */
export const Transcript = ({ view, shown }: { view: View; shown: boolean }) => {
  const { say, client } = useUi();
  const box = useRef<HTMLDivElement>(null);
  const scroll = useScroll(box, view, shown);
  const rows = useRows(view, shown);
  const typist = view.typing;
  const isNew = !view.messages.length && !view.pending.length && !view.hasMore;
  return (
    <div class="transcript-frame">
      <div
        class="transcript"
        ref={box}
        onScroll={scroll.moved}
        tabIndex={0}
        role="log"
        aria-label={say("message")}
      >
        <div class="flow">
          {view.hasMore && (
            <button
              type="button"
              class="older"
              disabled={view.loadingOlder}
              onClick={() => void client.loadOlder()}
            >
              {say(view.loadingOlder ? "loading" : "older")}
            </button>
          )}
          <div class="grow" />
          {isNew && view.session && <Welcome widget={view.session.widget} />}
          {rows}
          {view.pending.map((entry) => (
            <PendingBubble key={entry.client_id} entry={entry} />
          ))}
          {view.uploads.map(
            (upload) => upload.after === null && <UploadBubble key={upload.id} upload={upload} />,
          )}
          {typist && <Typing author={{ ...typist, avatar: avatarOf(view, typist.kind) }} />}
        </div>
      </div>
      {scroll.away && (
        <button
          type="button"
          class={view.unread ? "jump fresh" : "jump"}
          onClick={scroll.toBottom}
          title={say("toBottom")}
        >
          <Icon name="down" size={16} />
          {view.unread ? `${say("jump")} ${view.unread}` : <span class="sr">{say("toBottom")}</span>}
        </button>
      )}
      <Announcer view={view} />
    </div>
  );
};

const avatarOf = ({ state, session }: View, kind: Author["kind"]): string | null =>
  kind === "agent" ? (state?.agent?.avatar ?? null) : (session?.widget.bot.avatar ?? null);

/** New messages for screen readers; history that is loaded is not read out. */
const Announcer = ({ view }: { view: View }) => {
  const { client, language, say } = useUi();
  const [text, setText] = useState("");
  useEffect(
    () =>
      client.onMessage((message) => {
        const line = excerpt(message, language, say);
        setText(message.author.name ? say("said", { name: message.author.name, text: line }) : line);
      }),
    [client, language, say],
  );
  const typing = view.typing && say("typing", view.typing as unknown as Record<string, string>);
  return (
    <div class="sr" aria-live="polite">
      {typing || text}
    </div>
  );
};

const useRows = (view: View, shown: boolean) => {
  const { messages, state, uploads } = view;
  const { language, say, client } = useUi();
  const open = state?.conversation && state.conversation.state !== "closed" ? state.conversation.id : null;
  const readByAgent = state?.read_by_agent_seq ?? 0;
  const { rating, at: ratedAt } = useMemo(() => ratingOf(view), [view]);
  // The line "new" stays where it was when the panel was opened.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const seen = useMemo(() => client.view.readSeq, [shown]);
  return useMemo(() => {
    const pressed = new Map<string, number>();
    for (const { content } of messages) {
      if (content.type === "press") pressed.set(content.message_id, content.index);
    }
    const mine = messages.filter(({ author }) => author.kind === "visitor").at(-1);
    const firstUnread = messages.find(({ seq, author }) => seq > seen && author.kind !== "visitor")?.seq;
    const failed = uploads.filter(({ after }) => after !== null);
    const failedBetween = (from: number, to: number) =>
      failed
        .filter(({ after }) => after! >= from && after! < to)
        .map((upload) => <UploadBubble key={upload.id} upload={upload} />);
    const form = rating && <Rating key={rating.service_id} rating={rating} />;
    const rows = messages.map((message, at) => {
      const before = messages[at - 1];
      const after = messages[at + 1];
      const { content, id, seq } = message;
      const reply = ticketReply(message);
      // Thanked by the card above already.
      const thanked =
        rating?.score != null && seq > ratedAt && content.type === "event" && content.name === "rated";
      return (
        <Fragment key={id}>
          {(!before || !sameDay(before.created_at, message.created_at)) && (
            <div class="divider">{day(message.created_at, language, say)}</div>
          )}
          {seq === firstUnread && seen > 0 && <div class="divider new">{say("newMessages")}</div>}
          {reply ? (
            <TicketBubble message={message} reply={reply} />
          ) : content.type === "event" ? (
            !thanked && !isRepetition(message, before) && <EventLine content={content} seq={seq} />
          ) : (
            <Bubble
              message={message}
              first={!before || !together(before, message)}
              last={!after || !together(message, after)}
              pressed={pressed.get(id)}
              pressable={message.conversation_id === open}
              mark={message === mine && say(seq <= readByAgent ? "read" : "sent")}
            />
          )}
          {failedBetween(seq, after?.seq ?? Infinity)}
          {seq === ratedAt && form}
        </Fragment>
      );
    });
    const first = messages[0]?.seq ?? Infinity;
    return [...failedBetween(-Infinity, first), ...rows, ratedAt === Infinity && form];
  }, [messages, uploads, language, say, open, readByAgent, seen, rating, ratedAt]);
};

/** The rating that is due, and the seq of the message that it belongs below (none such yet: infinity). */
const ratingOf = ({ messages, pending, state, dismissed }: View) => {
  const due = state?.rating;
  if (!due || due.service_id === dismissed) return { rating: null, at: Infinity };
  const end = messages.findLast(
    ({ content, conversation_id }) =>
      conversation_id === state.conversation?.id && content.type === "event" && ENDS.has(content.name),
  );
  const at = end?.seq ?? Infinity;
  const wentOn =
    pending.length > 0 || messages.some(({ seq, author }) => seq > at && author.kind === "visitor");
  return { rating: due.score !== null && wentOn ? null : due, at };
};
/** Events after which people are done with a conversation. */
const ENDS = new Set(["closed", "returned_to_bot"]);

const together = (a: Message, b: Message): boolean =>
  a.content.type !== "event" &&
  b.content.type !== "event" &&
  a.author.kind === b.author.kind &&
  a.author.id === b.author.id &&
  Date.parse(b.created_at) - Date.parse(a.created_at) < ONE_GO;

/** At the bottom we follow; further up we stay, also when older messages are put in front. */
const useScroll = (box: { current: HTMLDivElement | null }, view: View, shown: boolean) => {
  const { client } = useUi();
  const [away, setAway] = useState(false);
  const following = useRef(true);
  const before = useRef({ oldest: 0, height: 0, top: 0 });

  const toBottom = () => {
    const it = box.current;
    if (it) it.scrollTop = it.scrollHeight;
  };
  const moved = () => {
    const it = box.current;
    if (!it || !shown) return;
    const near = it.scrollHeight - it.scrollTop - it.clientHeight < NEAR;
    // Content that grew below us is no reason to stop following; the visitor going up is.
    if (near) following.current = true;
    else if (it.scrollTop < before.current.top - 2) following.current = false;
    before.current.top = it.scrollTop;
    setAway(!following.current);
    if (it.scrollTop < NEAR && view.hasMore && !view.loadingOlder)
      void client.loadOlder().catch(() => undefined);
    read();
  };
  const read = () => {
    if (shown && following.current && document.visibilityState === "visible") client.markRead();
  };

  // What the visitor does is shown, wherever the visitor was.
  useLayoutEffect(() => {
    following.current = true;
    setAway(false);
  }, [view.acts]);
  useLayoutEffect(() => {
    const it = box.current;
    if (!it || !shown) return;
    const oldest = view.messages[0]?.seq ?? 0;
    const { oldest: was, height, top } = before.current;
    if (following.current) toBottom();
    else if (oldest < was) it.scrollTop = top + it.scrollHeight - height;
    before.current = { oldest, height: it.scrollHeight, top: it.scrollTop };
    read();
  });
  // Opened: at the newest.  Pictures and the keyboard change the height afterwards.
  useLayoutEffect(() => {
    if (!shown || !box.current) return;
    following.current = true;
    toBottom();
    const it = box.current;
    const follow = () => following.current && toBottom();
    const sizes = new ResizeObserver(follow);
    sizes.observe(it);
    if (it.firstElementChild) sizes.observe(it.firstElementChild);
    document.addEventListener("visibilitychange", read);
    return () => {
      sizes.disconnect();
      document.removeEventListener("visibilitychange", read);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shown]);

  return { away, moved, toBottom };
};
