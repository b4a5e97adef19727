/** The live line: one socket, its frames handed to the stores, and whether it may be trusted for sending. */
import { defineStore } from "pinia";
import { computed, reactive, ref, watch as watchValue } from "vue";

import { session as calls } from "../api/calls";
import type { BoardAgent, Message, Summary } from "../api/types";
import type { ClientFrame, HelloFrame, HintFrame, StreamEvent } from "../live/frames";
import { type Line, type LineState, LiveSocket } from "../live/socket";
import { workerTimers } from "../live/timers";
import { language } from "../i18n";
import { newestPosition } from "../inbox/timeline";
import { useConversations } from "./conversations";
import { useOutbox } from "./outbox";
import { useSession } from "./session";
import { useTranscripts } from "./transcripts";

/** A typing sign that is not renewed goes out. */
const TYPING_MS = 6_000;

type Data<Kind extends StreamEvent["kind"]> = Extract<StreamEvent, { kind: Kind }>["data"];

export type Announcement =
  | { kind: "message"; message: Message; conversation: Summary }
  | { kind: "assigned"; conversation: Summary; how: Data<"assigned">["how"] }
  | { kind: "unassigned"; conversation: Summary; why: Data<"unassigned">["why"] }
  | { kind: "queue"; waiting: number; before: number };

export const useLine = defineStore("line", () => {
  const session = useSession();
  const conversations = useConversations();
  const transcripts = useTranscripts();
  const outbox = useOutbox();

  const state = ref<LineState>("stopped");
  const nextAttemptAt = ref<number | null>(null);
  /** The first time of every log-in is silent: a banner that flashes on each load teaches people to ignore it. */
  const wasLive = ref(false);
  const agents = ref<BoardAgent[]>([]);
  const typing = reactive(new Map<string, { name: string; kind: string; until: number }>());
  /** Grows with every frame that changes the board or the tickets; pages watch it. */
  const boardTick = ref(0);
  const ticketTick = ref(0);
  const isLive = computed(() => state.value === "live");

  let watched: string | null = null;
  let activeReload: () => Promise<void> = () => Promise.resolve();
  let announce: (what: Announcement) => void = () => undefined;
  let waiting: number | null = null;

  const socket = new LiveSocket(
    {
      ticket: async () => (await calls.socketTicket()).ticket,
      open,
      ...workerTimers(),
      now: () => Date.now(),
      random: () => Math.random(),
    },
    {
      event,
      hint,
      hello,
      resync: () => activeReload(),
      unauthorised: () => session.expire(),
      state: (next) => {
        state.value = next;
        nextAttemptAt.value = socket.nextAttemptAt;
        if (next !== "live") return;
        wasLive.value = true;
        outbox.flush();
      },
    },
  );

  /** Names and sentences come in the language in which the line was opened. */
  watchValue(language, () => {
    wasLive.value = false; // chosen, not lost: no reason for a banner
    socket.renew();
    ticketTick.value += 1;
    boardTick.value += 1;
  });

  function hello(frame: HelloFrame): void {
    session.me = frame.me;
    session.bot = frame.bot;
    if (watched) socket.send(watchFrame(watched));
  }

  function event(frame: StreamEvent): void {
    switch (frame.kind) {
      case "message": {
        const { message, conversation } = frame.data;
        if (conversation) conversations.put(conversation);
        if (!message || !conversation) break;
        if (message.client_id) outbox.confirm(message.client_id);
        transcripts.add(message);
        if (message.author.kind === "visitor") typing.delete(message.conversation_id);
        announce({ kind: "message", message, conversation });
        break;
      }
      case "assigned":
      case "unassigned":
      case "conversation": {
        const { conversation } = frame.data;
        if (!conversation) break;
        conversations.put(conversation);
        conversations.recount();
        refreshShown(conversation);
        if (frame.kind === "assigned") announce({ kind: "assigned", how: frame.data.how, conversation });
        if (frame.kind === "unassigned") announce({ kind: "unassigned", why: frame.data.why, conversation });
        break;
      }
      case "ticket":
        ticketTick.value += 1;
    }
    boardTick.value += 1;
  }

  function hint(frame: HintFrame): void {
    switch (frame.type) {
      case "queue":
        conversations.takeQueue(frame.items, frame.waiting);
        if (waiting !== null && frame.waiting > waiting) {
          announce({ kind: "queue", waiting: frame.waiting, before: waiting });
        }
        waiting = frame.waiting;
        boardTick.value += 1;
        break;
      case "presence":
        agents.value = frame.agents;
        adoptOwn(frame.agents);
        boardTick.value += 1;
        break;
      case "typing":
        if (frame.on) typing.set(frame.conversation_id, { ...frame.author, until: Date.now() + TYPING_MS });
        else typing.delete(frame.conversation_id);
        break;
      case "read":
        transcripts.readUpTo(frame.conversation_id, frame.seq, frame.delivered ?? frame.seq);
        break;
      case "bot":
        session.bot = frame.bot;
        break;
      case "watch":
        if (frame.message.client_id) outbox.confirm(frame.message.client_id);
        transcripts.add(frame.message);
    }
  }

  /** Load and availability also change elsewhere: in another window, by a colleague's transfer. */
  function adoptOwn(present: BoardAgent[]): void {
    const own = present.find((agent) => agent.id === session.me?.id);
    if (!own || !session.me) return;
    const { availability, open, capacity } = own;
    session.me = { ...session.me, availability, open, capacity };
  }

  /** Watching goes on after what the transcript holds, so that nothing is missed in between. */
  function watchFrame(id: string | null): ClientFrame {
    const newest = id ? newestPosition(transcripts.of(id)?.messages ?? []) : 0;
    return { type: "watch", conversation_id: id, ...(newest ? { after: newest } : {}) };
  }

  /** What one may do with it, its services and tickets change with the owner. */
  function refreshShown({ id, state, agent }: Summary): void {
    if (!transcripts.of(id)) return;
    void transcripts.refreshDetail(id).catch(() => undefined);
    // The last words of a conversation that leaves one's hands are no longer in one's stream.
    const isMine = state === "agent" && agent?.id === session.me?.id;
    if (!isMine) void transcripts.refresh(id).catch(() => undefined);
  }

  /** Also sees conversations of others; null stops watching. */
  function watch(id: string | null): void {
    if (watched === id) return;
    watched = id;
    socket.send(watchFrame(id));
  }

  function sendTyping(id: string, on: boolean): void {
    socket.send({ type: "typing", conversation_id: id, on });
  }

  function sendRead(id: string, position: number): boolean {
    return socket.send({ type: "read", conversation_id: id, position });
  }

  function start(): void {
    if (session.me) outbox.start(session.me.id);
    outbox.flush();
    socket.start();
  }

  function stop(): void {
    socket.stop();
    outbox.stop();
    wasLive.value = false;
    waiting = null;
    typing.clear();
  }

  return {
    state,
    isLive,
    wasLive,
    nextAttemptAt,
    agents,
    typing,
    boardTick,
    ticketTick,
    start,
    stop,
    watch,
    sendTyping,
    sendRead,
    nudge: () => socket.nudge(),
    unplugged: () => socket.unplugged(),
    onReload: (reload: () => Promise<void>) => (activeReload = reload),
    onAnnouncement: (handler: (what: Announcement) => void) => (announce = handler),
  };
});

function open(ticket: string, after: number | null): Line {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const query = new URLSearchParams({ ticket, language: language.value });
  if (after !== null) query.set("after", String(after));
  return new WebSocket(`${scheme}//${location.host}/api/console/v1/socket?${query}`) as unknown as Line;
}
