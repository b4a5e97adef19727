/** The live line: one socket, its frames handed to the stores, and whether it may be trusted for sending. */
import { defineStore } from "pinia";
import { computed, reactive, ref } from "vue";

import { session as calls } from "../api/calls";
import type { BoardAgent } from "../api/types";
import type { HelloFrame, HintFrame, StreamEvent } from "../live/frames";
import { type Line, type LineState, LiveSocket } from "../live/socket";
import { useConversations } from "./conversations";
import { useOutbox } from "./outbox";
import { useSession } from "./session";
import { useTranscripts } from "./transcripts";

/** A typing sign that is not renewed goes out. */
const TYPING_MS = 6_000;

export type Announcement =
  | { kind: "message"; event: Extract<StreamEvent, { kind: "message" }> }
  | { kind: "assigned"; event: Extract<StreamEvent, { kind: "assigned" }> }
  | { kind: "unassigned"; event: Extract<StreamEvent, { kind: "unassigned" }> }
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
      setTimer: (run, afterMs) => window.setTimeout(run, afterMs),
      clearTimer: (timer) => window.clearTimeout(timer),
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

  function hello(frame: HelloFrame, isFirst: boolean): void {
    session.me = frame.me;
    session.bot = frame.bot;
    if (watched) {
      socket.send({ type: "watch", conversation_id: watched });
      // What was said in a watched conversation meanwhile is not in this person's stream.
      if (!isFirst) void transcripts.refresh(watched).catch(() => undefined);
    }
  }

  function event(frame: StreamEvent): void {
    switch (frame.kind) {
      case "message": {
        const { message, conversation } = frame.data;
        if (message.client_id) outbox.confirm(message.client_id);
        transcripts.add(message);
        conversations.put(conversation);
        if (message.author.kind === "visitor") typing.delete(message.conversation_id);
        announce({ kind: "message", event: frame });
        break;
      }
      case "assigned":
      case "unassigned":
        conversations.put(frame.data.conversation);
        refreshShown(frame.data.conversation.id);
        announce({ kind: frame.kind, event: frame } as Announcement);
        break;
      case "conversation":
        conversations.put(frame.data.conversation);
        refreshShown(frame.data.conversation.id);
        break;
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
        boardTick.value += 1;
        break;
      case "typing":
        if (frame.on) typing.set(frame.conversation_id, { ...frame.author, until: Date.now() + TYPING_MS });
        else typing.delete(frame.conversation_id);
        break;
      case "read":
        transcripts.readUpTo(frame.conversation_id, frame.seq);
        break;
      case "bot":
        session.bot = frame.bot;
        break;
      case "watch":
        if (frame.message.client_id) outbox.confirm(frame.message.client_id);
        transcripts.add(frame.message);
    }
  }

  /** What one may do with it, its services and tickets change with the owner. */
  function refreshShown(id: string): void {
    if (transcripts.of(id)) void transcripts.refreshDetail(id).catch(() => undefined);
  }

  /** Also sees conversations of others; null stops watching. */
  function watch(id: string | null): void {
    if (watched === id) return;
    watched = id;
    socket.send({ type: "watch", conversation_id: id });
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
  const query = new URLSearchParams({ ticket });
  if (after !== null) query.set("after", String(after));
  return new WebSocket(`${scheme}//${location.host}/api/console/v1/socket?${query}`) as unknown as Line;
}
